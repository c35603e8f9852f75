import { describe, expect, test } from "bun:test";
import { EngineError } from "../../src/contracts/generation.ts";
import { events, harness } from "./harness.ts";

const user = { role: "user", content: "hi" };
const { post, engine } = harness({ maxModelLen: 64 });

type Row = readonly [body: unknown, param: string | null, message?: string];

interface Refusal {
  readonly status: number;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

async function refused(path: string, body: unknown): Promise<Refusal> {
  const response = await post(path, body);
  const { error } = await response.json();
  expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
  return { status: response.status, error };
}

function table(path: string, rows: readonly Row[]): void {
  for (const [body, param, message] of rows) {
    test(`${JSON.stringify(body).slice(0, 90)} -> ${param}`, async () => {
      const { status, error } = await refused(path, body);
      expect({ status, param: error.param }).toEqual({ status: 400, param });
      if (message !== undefined) expect(error.message).toContain(message);
      expect(engine.live.size).toBe(0);
    });
  }
}

const prompt = "a";

describe("400 on /v1/completions", () => {
  table("/v1/completions", [
    ["{", null, "JSON"],
    ["", null, "JSON"],
    ["[1]", null, "an array"],
    ["null", null, "null"],
    [{}, "prompt"],
    [{ prompt: null }, "prompt"],
    [{ prompt: 7 }, "prompt"],
    [{ prompt: [] }, "prompt", "empty"],
    [{ prompt: ["a", 1] }, "prompt[1]"],
    [{ prompt: [1, "a"] }, "prompt[1]"],
    [{ prompt: [[1], []] }, "prompt[1]"],
    [{ prompt: [1.5] }, "prompt[0]"],
    [{ prompt: [-1] }, "prompt[0]"],
    [{ prompt: [1, 100_000] }, "prompt[1]", "below 257"],
    [{ prompt: "x".repeat(64) }, "prompt", "64 tokens"],
    [{ prompt: ["a", "x".repeat(80)] }, "prompt[1]", "80 tokens"],
    [{ prompt: "x".repeat(100_000) }, "prompt", "100000 characters"],
    [{ prompt, max_tokens: 64 }, "max_tokens", "leave 63"],
    [{ prompt, max_tokens: 0 }, "max_tokens", "with echo: true"],
    [{ prompt, max_tokens: 1.5 }, "max_tokens"],
    [{ prompt, max_tokens: "5" }, "max_tokens", "expected number"],
    [{ prompt, n: 0 }, "n"],
    [{ prompt, n: 129 }, "n"],
    [{ prompt: Array(9).fill("a"), n: 128 }, "n", "1024"],
    [{ prompt, temperature: -0.1 }, "temperature"],
    [{ prompt, temperature: "hot" }, "temperature"],
    [{ prompt, top_p: 0 }, "top_p"],
    [{ prompt, top_p: 1.1 }, "top_p"],
    [{ prompt, top_k: -2 }, "top_k"],
    [{ prompt, seed: 1.5 }, "seed"],
    [{ prompt, stop: "" }, "stop"],
    [{ prompt, stop: ["a", ""] }, "stop[1]"],
    [{ prompt, stop: [1] }, "stop[0]"],
    [{ prompt, stop: 1 }, "stop"],
    [{ prompt, stop: Array(17).fill("a") }, "stop", "17"],
    [{ prompt, stop: "\ud800" }, "stop", "well-formed"],
    [{ prompt, stop_token_ids: [1.5] }, "stop_token_ids[0]"],
    [{ prompt, stop_token_ids: [5000] }, "stop_token_ids", "below 257"],
    [{ prompt, stream: "yes" }, "stream"],
    [{ prompt, stream_options: { include_usage: true } }, "stream_options"],
    [{ prompt, stream: true, stream_options: { include_usage: 1 } }, "stream_options.include_usage"],
    [{ prompt, stream: true, stream_options: { usage: true } }, "stream_options.usage"],
    [{ prompt, truncate_prompt_tokens: 0 }, "truncate_prompt_tokens"],
    [{ prompt, model: 5 }, "model"],
    [{ prompt, echo: 1 }, "echo"],
    [{ prompt, logprobs: -1 }, "logprobs"],
    [{ prompt, logprobs: 21 }, "logprobs"],
    [{ prompt, logprobs: true }, "logprobs"],
    [{ prompt, prompt_logprobs: 21 }, "prompt_logprobs"],
    [{ prompt, prompt_logprobs: 1, stream: true }, "prompt_logprobs", "cannot be streamed"],
    [{ prompt, top_logprobs: 1 }, "top_logprobs"],
    [{ prompt, best_of: 0 }, "best_of"],
    [{ prompt, best_of: 2, n: 3 }, "best_of", "at least n"],
    [{ prompt, best_of: 2, stream: true }, "best_of", "cannot be streamed"],
    [{ prompt: ["a", "b", "c", "d", "e", "f", "g", "h", "i"], best_of: 128 }, "best_of"],
    [{ prompt, use_beam_search: 1 }, "use_beam_search"],
    [{ prompt, length_penalty: 2 }, "length_penalty", "use_beam_search"],
    [{ prompt, early_stopping: "never" }, "early_stopping", "use_beam_search"],
    [{ prompt, use_beam_search: true, n: 2, early_stopping: "soon" }, "early_stopping"],
    [{ prompt, suffix: "x" }, "suffix"],
    [{ prompt, logit_bias: { 5: 101 } }, "logit_bias.5"],
    [{ prompt, logit_bias: { 5: "1" } }, "logit_bias.5"],
    [{ prompt, logit_bias: { "05": 1 } }, "logit_bias.05", "token id"],
    [{ prompt, logit_bias: { "-1": 1 } }, "logit_bias.-1", "token id"],
    [{ prompt, logit_bias: { the: 1 } }, "logit_bias.the", "token id"],
    [{ prompt, logit_bias: { 257: 1 } }, "logit_bias", "below 257"],
    [{ prompt, logit_bias: [1] }, "logit_bias"],
    [
      { prompt, logit_bias: Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [i, 1])) },
      "logit_bias",
      "at most 1024",
    ],
    [{ prompt, presence_penalty: 2.5 }, "presence_penalty"],
    [{ prompt, frequency_penalty: -2.1 }, "frequency_penalty"],
    [{ prompt, repetition_penalty: 0 }, "repetition_penalty"],
    [{ prompt, repetition_penalty: 101 }, "repetition_penalty"],
    [{ prompt, min_p: 1.1 }, "min_p"],
    [{ prompt, typical_p: 0 }, "typical_p"],
    [{ prompt, min_tokens: -1 }, "min_tokens"],
    [{ prompt, min_tokens: 2, max_tokens: 1 }, "min_tokens", "max_tokens is 1"],
    [{ prompt, min_tokens: 17 }, "min_tokens", "max_tokens is 16"],
    [{ prompt, allowed_token_ids: [] }, "allowed_token_ids", "must not be empty"],
    [{ prompt, allowed_token_ids: [0, 257] }, "allowed_token_ids", "below 257"],
    [{ prompt, bad_words: "no" }, "bad_words"],
    [{ prompt, bad_words: ["no", " "] }, "bad_words[1]", "blank"],
    [{ prompt, bad_words: ["x".repeat(257)] }, "bad_words[0]"],
    [{ prompt, bad_words: Array(257).fill("x") }, "bad_words"],
    [{ prompt, use_beam_search: true, n: 2, logprobs: 0 }, "logprobs", "use_beam_search"],
    [{ prompt, use_beam_search: true, n: 2, min_p: 0.1 }, "min_p", "use_beam_search"],
    [{ prompt, use_beam_search: true, n: 2, bad_words: ["x"] }, "bad_words", "use_beam_search"],
    [{ prompt, use_beam_search: true, logit_bias: { 5: 1 } }, "logit_bias", "use_beam_search"],
    [{ prompt, response_format: { type: "json_object" } }, "response_format"],
    [{ prompt, structured_outputs: { regex: "a" } }, "structured_outputs.regex"],
    [{ prompt, cache_salt: 7 }, "cache_salt"],
    [{ prompt, cache_salt: "" }, "cache_salt"],
    [{ prompt, temprature: 1 }, "temprature", "nearest known one is temperature"],
    [{ prompt, Stream: true }, "Stream", "stream"],
    ['{"prompt": "a", "__proto__": 1}', "__proto__"],
    ['{"prompt": "a", "constructor": 1}', "constructor"],
  ]);
});

describe("400 on /v1/chat/completions", () => {
  table("/v1/chat/completions", [
    [{}, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: "hi" }, "messages"],
    [{ messages: ["hi"] }, "messages[0]"],
    [{ messages: [{ content: "hi" }] }, "messages[0].role"],
    [{ messages: [{ role: "robot", content: "hi" }] }, "messages[0].role"],
    [{ messages: [user, { role: "user" }] }, "messages[1].content"],
    [{ messages: [{ role: "user", content: null }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: [{ type: "image_url" }] }] }, "messages[0].content[0].type"],
    [
      { messages: [{ role: "user", content: [{ type: "text", text: "a" }, { type: "text" }] }] },
      "messages[0].content[1].text",
    ],
    [{ messages: [{ role: "user", content: [null] }] }, "messages[0].content[0].type"],
    [{ messages: [user, { role: "assistant", tool_calls: [{}] }] }, "messages[1].tool_calls[0].function"],
    [{ messages: [{ role: "user", content: "x".repeat(60) }] }, "messages", "tokens"],
    [{ messages: [user], max_completion_tokens: 64 }, "max_completion_tokens"],
    [{ messages: [user], tools: [{ type: "function" }] }, "tools[0].function"],
    [{ messages: [user], tool_choice: "required" }, "tool_choice"],
    [{ messages: [user], logprobs: 5 }, "logprobs"],
    [{ messages: [user], echo: true }, "echo"],
    [{ messages: [user], top_logprobs: 3 }, "top_logprobs", "logprobs: true"],
    [{ messages: [user], logprobs: true, top_logprobs: 21 }, "top_logprobs"],
    [{ messages: [user], modalities: ["audio"] }, "modalities"],
    [{ messages: [user], prompt: "a" }, "prompt"],
  ]);
});

describe("400 on /tokenize and /detokenize", () => {
  table("/tokenize", [
    [{}, "prompt"],
    [{ prompt: "a", messages: [user] }, "prompt"],
    [{ prompt: ["a"] }, "prompt"],
    [{ prompt: "x".repeat(100_000) }, "prompt"],
  ]);
  table("/detokenize", [
    [{}, "tokens"],
    [{ tokens: "a" }, "tokens"],
    [{ tokens: [1, -1] }, "tokens[1]"],
    [{ tokens: [1, 5000] }, "tokens[1]"],
  ]);
});

test("neutral values of unsupported parameters, nulls and harmless extras are accepted", async () => {
  const neutral = {
    ...{ best_of: 1, echo: false, suffix: "", logit_bias: {}, presence_penalty: 0, frequency_penalty: 0, min_p: 0 },
    ...{ use_beam_search: false, response_format: { type: "text" }, repetition_penalty: 1, logprobs: null, stop: null },
    ...{
      user: "me",
      metadata: { a: "b" },
      store: true,
      service_tier: "auto",
      safety_identifier: "x",
      prompt_cache_key: "y",
    },
    ...{ max_tokens: null, temperature: null, n: null, stream: null, stream_options: null, seed: null, tools: [] },
  };
  expect((await post("/v1/completions", { prompt: "a", ...neutral })).status).toBe(200);
  const { suffix: _, ...chat } = neutral;
  const more = {
    logprobs: false,
    top_logprobs: 0,
    tool_choice: "none",
    parallel_tool_calls: true,
    modalities: ["text"],
  };
  expect((await post("/v1/chat/completions", { messages: [user], ...chat, ...more })).status).toBe(200);
});

test("404 for a model that is not served", async () => {
  for (const [path, body] of [
    ["/v1/completions", { prompt: "a" }],
    ["/v1/chat/completions", { messages: [user] }],
    ["/tokenize", { prompt: "a" }],
    ["/detokenize", { tokens: [1] }],
  ] as const) {
    const { status, error } = await refused(path, { model: "gpt-4", ...body });
    expect({ status, ...error }).toMatchObject({ status: 404, param: "model", code: "model_not_found" });
  }
});

describe("the engine's errors", () => {
  test("429 with Retry-After when the queue is full, and no choice of the request stays", async () => {
    const { post, engine } = harness({ maxLive: 2 });
    for (const stream of [true, false]) {
      const response = await post("/v1/completions", { prompt: "a", n: 3, stream });
      expect(response.status).toBe(429);
      expect(response.headers.get("retry-after")).toBe("1");
      expect((await response.json()).error).toMatchObject({ type: "rate_limit_error", code: "queue_full" });
      await engine.idle();
    }
  });

  test("503 while draining", async () => {
    const { post, engine } = harness();
    await engine.drain();
    const response = await post("/v1/completions", { prompt: "a" });
    expect(response.status).toBe(503);
    expect((await response.json()).error.code).toBe("draining");
  });

  test("500 for a failed request, all its choices ended; the next one works", async () => {
    const { post, engine } = harness();
    engine.fault = new EngineError("internal", "The model computed NaN");
    const response = await post("/v1/completions", { prompt: "a", n: 3 });
    expect(response.status).toBe(500);
    expect((await response.json()).error.message).toBe("The model computed NaN");
    await engine.idle();
    engine.fault = null;
    expect((await post("/v1/completions", { prompt: "a" })).status).toBe(200);
  });

  test("in a stream it is a data chunk before [DONE]", async () => {
    const { post, engine } = harness({ delay: 2 });
    const response = await post("/v1/completions", { prompt: "a", stream: true, max_tokens: 200 });
    expect(response.status).toBe(200);
    setTimeout(() => {
      engine.fault = new EngineError("draining", "The server shut down");
    }, 20);
    const chunks = await events(response);
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.at(-1)).toEqual({
      error: { message: "The server shut down", type: "service_unavailable_error", param: null, code: "draining" },
    });
  });

  test("an error nobody foresaw is a 500 that tells nothing", async () => {
    const { post } = harness({
      next: () => {
        throw new Error("secret path");
      },
    });
    const response = await post("/v1/completions", { prompt: "a" });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
  });
});

describe("bodies that are no request", () => {
  test("malformed, truncated and too deep JSON are a 400", async () => {
    const deep = `{"prompt": ${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    for (const body of ["{", '{"prompt": "a"', '{"prompt": "a",}', "NaN", deep, `{"metadata": ${"[".repeat(9)}`]) {
      for (const path of ["/v1/completions", "/v1/chat/completions", "/tokenize"]) {
        const { status, error } = await refused(path, body);
        expect({ status, type: error.type }).toEqual({ status: 400, type: "invalid_request_error" });
        expect(error.message.length).toBeLessThan(500);
      }
    }
  });

  test("another content type is a 415 where the body is not JSON either", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const response = await post("/v1/completions", "prompt=a", form);
    expect(response.status).toBe(415);
    expect((await response.json()).error).toMatchObject({
      message: expect.stringContaining("application/json: received application/x-www-form-urlencoded"),
      code: "unsupported_media_type",
    });
    expect((await post("/v1/completions", { prompt: "a", max_tokens: 1 }, form)).status).toBe(200);
    const problem = { "content-type": "application/vnd.api+json; charset=utf-8" };
    expect((await post("/v1/completions", { prompt: "a", max_tokens: 1 }, problem)).status).toBe(200);
  });
});
