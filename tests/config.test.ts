import { describe, expect, test } from "bun:test";
import { chatFlags, parseChatConfig, parseServeConfig, serveFlags } from "../src/config.ts";

describe("serve's settings", () => {
  test("have the contract's defaults", () => {
    expect(parseServeConfig({}, {})).toMatchObject({
      host: "127.0.0.1",
      port: 8000,
      apiKey: [],
      blockSize: "auto",
      enableChunkedPrefill: true,
      device: "auto",
      metricsPrefix: "octavo:",
    });
  });

  test("the command line wins over the environment", () => {
    const environment = {
      OCTAVO_PORT: "9000",
      OCTAVO_API_KEY: "a,b",
      OCTAVO_ENABLE_CHUNKED_PREFILL: "0",
      OCTAVO_MAX_MODEL_LEN: "64",
    };
    expect(parseServeConfig({ port: "9001" }, environment)).toMatchObject({
      port: 9001,
      apiKey: ["a", "b"],
      enableChunkedPrefill: false,
      maxModelLen: 64,
    });
  });

  test("bytes take a unit", () => {
    const bytes = (text: string) => parseServeConfig({ kvCacheMemory: text }, {}).kvCacheMemory;
    expect([bytes("1024"), bytes("64K"), bytes("1.5m"), bytes("2G")]).toEqual([1024, 65536, 1572864, 2147483648]);
  });

  test("tool calls and reasoning are read as the model shows, unless a format is given", () => {
    expect(parseServeConfig({}, {})).toMatchObject({ toolCallParser: "auto", reasoningParser: "auto" });
    const given = { toolCallParser: "llama3_json", reasoningParser: "none" };
    expect(parseServeConfig(given, {})).toMatchObject(given);
  });

  test("a speculative config is vLLM's, with its lengths to look up left to choose", () => {
    const parsed = (text: string) => parseServeConfig({ speculativeConfig: text }, {}).speculativeConfig;
    expect(parsed('{"method":"ngram","num_speculative_tokens":3}')).toEqual({ maxDraft: 3, minMatch: 2, maxMatch: 4 });
    const lengths = { method: "ngram", num_speculative_tokens: 5, prompt_lookup_max: 6, prompt_lookup_min: 3 };
    expect(parsed(JSON.stringify(lengths))).toEqual({ maxDraft: 5, minMatch: 3, maxMatch: 6 });
    expect(parseServeConfig({}, {}).speculativeConfig).toBeUndefined();
  });

  const speculative = (config: object) => ({ speculativeConfig: JSON.stringify(config) });
  const refused: [Record<string, string>, Record<string, string>, string][] = [
    [{ toolCallParser: "pythonic" }, {}, "--tool-call-parser must be one of auto, hermes, llama3_json, mistral, none"],
    [{ port: "70000" }, {}, "--port must be a whole number from 0 to 65535"],
    [{ port: "8e3" }, {}, "--port must be a whole number"],
    [{}, { OCTAVO_PORT: "x" }, "OCTAVO_PORT must be a whole number"],
    [{ kvCacheMemory: "lots" }, {}, "--kv-cache-memory must be a number of bytes"],
    [{ blockSize: "12" }, {}, "--block-size must be one of auto, 8, 16, 32, 64"],
    [{ speculativeConfig: "ngram" }, {}, "--speculative-config must be JSON"],
    [speculative({ method: "eagle", num_speculative_tokens: 4 }), {}, 'has a method that must be "ngram"'],
    [
      speculative({ method: "ngram", num_speculative_tokens: 0 }),
      {},
      "has a num_speculative_tokens that must be at least 1",
    ],
    [
      speculative({ method: "ngram", num_speculative_tokens: 4, model: "small" }),
      {},
      "--speculative-config cannot be used",
    ],
    [
      speculative({ method: "ngram", num_speculative_tokens: 4, prompt_lookup_min: 5 }),
      {},
      "has a prompt_lookup_min that must not be more than prompt_lookup_max",
    ],
    [{ quantization: "int2" }, {}, "--quantization must be one of none, int8, int4, w8a8"],
    [{ enablePrefixCaching: "maybe" }, {}, "--enable-prefix-caching must be true or false"],
    [{ enableChunkedPrefill: "false" }, {}, "--max-model-len"],
    [{ enablePrefixCaching: "false" }, { OCTAVO_SYSTEM_PROMPT: "a.txt" }, "--system-prompt needs the prefix cache"],
    [{ enablePrefixCaching: "false", prefixCacheDir: "d" }, {}, "--prefix-cache-dir needs the prefix cache"],
    [{ prefixCacheDir: "" }, {}, "--prefix-cache-dir must not be empty"],
    [{ maxNumSeqs: "100", maxNumBatchedTokens: "50" }, {}, "--max-num-seqs (100)"],
    [{ metricsPrefix: "a b" }, {}, "--metrics-prefix"],
    [{ requestTimeout: "1e7" }, {}, "--request-timeout must be at most 1000000 seconds"],
    [{ slowReaderTimeout: "0" }, {}, "--slow-reader-timeout must be more than 0 seconds"],
    [{ maxRequestsPerMinute: "5" }, {}, "--max-requests-per-minute is a limit of each API key"],
    [{ maxConcurrentRequests: "5" }, {}, "--max-concurrent-requests is a limit of each API key"],
    [{ otlpTracesEndpoint: "localhost:4317" }, {}, "--otlp-traces-endpoint must be the URL"],
    [{}, { OCTAVO_ALLOWED_ORIGINS: "https://a.example,b.example" }, "OCTAVO_ALLOWED_ORIGINS must be * or an origin"],
    [{ requestTimeout: "-1" }, {}, "--request-timeout must be a number of seconds"],
  ];
  for (const [given, environment, message] of refused) {
    test(`${JSON.stringify({ ...given, ...environment })} is refused by name`, () => {
      expect(() => parseServeConfig(given, environment)).toThrow(message);
    });
  }

  test("no error shows a key", () => {
    const wrong = () => parseServeConfig({}, { OCTAVO_API_KEY: "sesame,," });
    expect(wrong).toThrow("OCTAVO_API_KEY must not be empty");
    expect(wrong).not.toThrow("sesame");
  });

  test("every flag has help and a variable of its own", () => {
    const flags = serveFlags();
    expect(new Set(flags.map(({ env }) => env)).size).toBe(flags.length);
    for (const { help, name } of flags) expect(help.length, name).toBeGreaterThan(0);
    expect(flags.find(({ key }) => key === "kvCacheMemory")).toMatchObject({
      name: "--kv-cache-memory",
      env: "OCTAVO_KV_CACHE_MEMORY",
    });
  });
});

describe("chat's settings", () => {
  test("are checked, and named by their source", () => {
    expect(parseChatConfig({ temperature: "0.5", maxTokens: "9" }, { OCTAVO_API_KEY: "k" })).toEqual({
      temperature: 0.5,
      maxTokens: 9,
      apiKey: "k",
    });
    expect(() => parseChatConfig({ maxTokens: "0" }, {})).toThrow("--max-tokens must be a whole number from 1");
    expect(() => parseChatConfig({}, { OCTAVO_TEMPERATURE: "-1" })).toThrow(
      "OCTAVO_TEMPERATURE must be a number from 0",
    );
  });

  test("have no name twice, with those of the engine", () => {
    const flags = Object.values(chatFlags()).flat();
    expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length);
    for (const { help, name } of flags) expect(help.length, name).toBeGreaterThan(0);
  });
});
