import { z } from "zod";
import type { PromptLookupOptions } from "./engine/prompt_lookup.ts";
import { TOOL_CALL_FORMATS } from "./text/tool_calls/format.ts";

/**
 * The settings of `serve` and `chat`: a schema gives the flags, their environment variables (OCTAVO_<FLAG>), their
 * defaults and their help. Names are vLLM's where vLLM has one.
 */

/** What the command line needs to know beside the type. */
interface FlagMeta {
  /** Placeholder of the value in --help; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  /** May be given several times; in the environment, separated by commas. */
  readonly repeatable?: true;
  /** Never shown, in errors neither. */
  readonly secret?: true;
}

/** A schema whose input is the flag's text; `undefined` takes the default. */
function flag<S extends z.ZodType>(schema: S, meta: FlagMeta): S {
  return schema.meta({ flag: meta }) as S;
}

const whole = (from: number, to = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .refine((text) => /^-?\d+$/.test(text) && Number(text) >= from && Number(text) <= to, {
      error:
        to === Number.MAX_SAFE_INTEGER
          ? `must be a whole number from ${from}`
          : `must be a whole number from ${from} to ${to}`,
    })
    .transform(Number);

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const byteCount = z.string().transform((text, context) => {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text);
  if (match) return Math.floor(Number(match[1]) * UNITS[match[2]!.toUpperCase()]!);
  context.addIssue({ code: "custom", message: "must be a number of bytes, such as 512M or 2G" });
  return z.NEVER;
});

const atLeastZero = (what: string) =>
  z
    .string()
    .refine((text) => text.trim() !== "" && Number(text) >= 0 && Number.isFinite(Number(text)), {
      error: `must be a number ${what}`,
    })
    .transform(Number);

/** Timers take no more than 2 ** 31 milliseconds. */
const seconds = atLeastZero("of seconds").refine((time) => time <= 1_000_000, {
  error: "must be at most 1000000 seconds",
});

const onOff = z
  .enum(["true", "false", "1", "0"], { error: "must be true or false" })
  .transform((text) => text === "true" || text === "1");

function choice<const T extends string>(members: readonly T[]) {
  return z.enum(members, { error: `must be one of ${members.join(", ")}` });
}

const atLeastOne = z.int("must be a whole number").min(1, "must be at least 1");

/** vLLM's --speculative-config, as far as there is something behind it. */
const promptLookupJson = z
  .strictObject({
    method: z.literal("ngram", { error: 'must be "ngram"' }),
    num_speculative_tokens: atLeastOne.max(16, "must be at most 16"),
    prompt_lookup_max: atLeastOne.default(4),
    prompt_lookup_min: atLeastOne.default(2),
  })
  .refine(({ prompt_lookup_min: min, prompt_lookup_max: max }) => min <= max, {
    error: "must not be more than prompt_lookup_max",
    path: ["prompt_lookup_min"],
  });

const promptLookup = z.string().transform((text, context): PromptLookupOptions => {
  const refuse = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("must be JSON");
  }
  const parsed = promptLookupJson.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    return refuse(path.length === 0 ? `cannot be used: ${message}` : `has a ${path.join(".")} that ${message}`);
  }
  const { num_speculative_tokens: maxDraft, prompt_lookup_min: minMatch, prompt_lookup_max: maxMatch } = parsed.data;
  return { maxDraft, minMatch, maxMatch };
});

export const serveSchema = z.object({
  host: flag(z.string().default("127.0.0.1"), { value: "ADDRESS", help: "address to listen on" }),
  port: flag(whole(0, 65535).default(8000), { value: "PORT", help: "port to listen on; 0 takes a free one" }),
  apiKey: flag(z.array(z.string().min(1, "must not be empty")).default([]), {
    value: "KEY",
    help: "accept only requests with this bearer key",
    repeatable: true,
    secret: true,
  }),
  apiKeyFile: flag(z.string().min(1, "must not be empty").optional(), {
    value: "FILE",
    help: "more such keys, one a line; # begins a comment",
  }),
  maxRequestsPerMinute: flag(whole(0).default(0), {
    value: "N",
    help: "requests a minute of each API key; more are answered with 429; 0: no limit",
  }),
  maxConcurrentRequests: flag(whole(0).default(0), {
    value: "N",
    help: "requests of each API key at once; more are answered with 429; 0: no limit",
  }),
  allowedOrigins: flag(
    z
      .array(z.string().regex(/^(\*|https?:\/\/[^\s/]+)$/, "must be * or an origin such as https://example.org"))
      .default([]),
    { value: "ORIGIN", help: "let web pages of this origin ask; * lets all (default: none)", repeatable: true },
  ),
  servedModelName: flag(z.array(z.string().min(1, "must not be empty")).default([]), {
    value: "NAME",
    help: "name of the model in the API (default: MODEL)",
    repeatable: true,
  }),
  maxModelLen: flag(whole(2).optional(), {
    value: "TOKENS",
    help: "longest sequence, prompt and output (default: as long as the model and the KV cache allow)",
  }),
  blockSize: flag(choice(["auto", "8", "16", "32", "64"]).default("auto"), {
    value: "TOKENS",
    help: "tokens in a KV block: auto (measured at the first start), 8, 16, 32 or 64",
  }),
  numGpuBlocksOverride: flag(whole(1).optional(), {
    value: "N",
    help: "number of KV blocks, whatever memory they take",
  }),
  kvCacheMemory: flag(byteCount.optional(), { value: "BYTES", help: "memory for the KV cache, such as 512M or 2G" }),
  maxNumSeqs: flag(whole(1, 4096).default(128), { value: "N", help: "most sequences computed at once" }),
  maxNumBatchedTokens: flag(whole(1, 65536).default(2048), { value: "TOKENS", help: "most tokens computed in a step" }),
  longPrefillTokenThreshold: flag(whole(0).default(0), {
    value: "TOKENS",
    help: "most tokens of one prompt computed in a step; 0: no limit of its own",
  }),
  schedulingPolicy: flag(choice(["fcfs", "priority"]).default("fcfs"), {
    value: "POLICY",
    help: "fcfs: first come, first served; priority: lower `priority` of the request first",
  }),
  preemptionMode: flag(choice(["auto", "recompute", "swap"]).default("auto"), {
    value: "MODE",
    help: "how a sequence that made room gets its KV blocks back: recompute, swap, or auto (the cheaper, as measured)",
  }),
  swapSpace: flag(byteCount.default(2 ** 30), {
    value: "BYTES",
    help: "most host memory for swapped KV blocks (default: 1G), taken as it is needed",
  }),
  enablePrefixCaching: flag(onOff.default(true), { help: "reuse the KV blocks of equal prefixes" }),
  prefixCacheDir: flag(z.string().min(1, "must not be empty").optional(), {
    value: "DIR",
    help: "keep pinned and reused KV blocks in this directory, to be found again after a restart",
  }),
  prefixCacheDirSize: flag(byteCount.default(4 * 2 ** 30), {
    value: "BYTES",
    help: "most bytes in the prefix cache directory (default: 4G); the longest unused are deleted",
  }),
  systemPrompt: flag(z.array(z.string().min(1, "must not be empty")).default([]), {
    value: "FILE",
    help: "compute this system prompt at start and keep it in the prefix cache for everyone",
    repeatable: true,
  }),
  enableChunkedPrefill: flag(onOff.default(true), {
    help: "compute long prompts in chunks, mixed with running sequences",
  }),
  speculativeConfig: flag(promptLookup.optional(), {
    value: "JSON",
    help: 'guess tokens and check several in a step, such as {"method":"ngram","num_speculative_tokens":4}',
  }),
  asyncScheduling: flag(onOff.default(true), { help: "schedule a step while the one before it still runs" }),
  dtype: flag(choice(["auto", "bf16", "f16", "f32"]).default("auto"), {
    value: "DTYPE",
    help: "type of the weight matrices on the device: auto (as stored), bf16, f16 or f32",
  }),
  kvCacheDtype: flag(choice(["auto", "f32", "f16", "int8"]).default("auto"), {
    value: "DTYPE",
    help: "type of the KV cache: auto (f32 for f32 weights that are not quantised, else f16), f32, f16 or int8",
  }),
  quantization: flag(choice(["none", "int8", "int4", "w8a8"]).default("none"), {
    value: "SCHEME",
    help: "weights in fewer bits: int8, int4 (the head stays int8), w8a8 (int8, and activations too) or none; 32 share a scale",
  }),
  device: flag(choice(["auto", "webgpu", "reference"]).default("auto"), {
    value: "DEVICE",
    help: "auto and webgpu: a GPU through WebGPU; reference: plain TypeScript, slow, needs nothing",
  }),
  adapter: flag(z.string().optional(), { value: "NAME", help: "take the GPU whose name contains NAME" }),
  subgroupMatrix: flag(onOff.default(false), {
    help: "compute on the GPU's matrix units, rounded to f16: for long prompts and large batches; other tokens than without",
  }),
  seed: flag(whole(0).optional(), { value: "N", help: "makes requests without a seed repeatable too" }),
  chatTemplate: flag(z.string().optional(), { value: "FILE", help: "Jinja chat template instead of the model's own" }),
  toolCallParser: flag(choice(["auto", ...TOOL_CALL_FORMATS, "none"]).default("auto"), {
    value: "FORMAT",
    help: "how the model writes tool calls: auto (as its chat template says), hermes, llama3_json, mistral or none",
  }),
  reasoningParser: flag(choice(["auto", "think", "none"]).default("auto"), {
    value: "FORMAT",
    help: "split <think>...</think> from answers: auto (where the chat template knows it), think or none",
  }),
  maxNumQueuedReqs: flag(whole(0).default(1024), {
    value: "N",
    help: "requests that may wait; more are answered with 429; 0: no bound",
  }),
  requestTimeout: flag(seconds.default(0), {
    value: "SECONDS",
    help: "end a request this long after its arrival, wherever it is; 0: no limit",
  }),
  slowReaderTimeout: flag(seconds.refine((time) => time > 0, { error: "must be more than 0 seconds" }).default(30), {
    value: "SECONDS",
    help: "end a stream whose client reads nothing for so long",
  }),
  shutdownTimeout: flag(seconds.default(30), {
    value: "SECONDS",
    help: "how long running requests may take after SIGTERM or SIGINT",
  }),
  metricsPrefix: flag(
    z
      .string()
      .regex(/^([a-zA-Z_][a-zA-Z0-9_:]*)?$/, "must be letters, digits, _ and :")
      .default("octavo:"),
    { value: "PREFIX", help: "prefix of the metrics' names" },
  ),
  logFormat: flag(choice(["text", "json"]).default("text"), { value: "FORMAT", help: "text or json" }),
  logPrompts: flag(onOff.default(false), { help: "log the text of prompts, too" }),
  otlpTracesEndpoint: flag(
    z
      .string()
      .regex(/^https?:\/\/\S+$/, "must be the URL of an OTLP/HTTP collector, such as http://localhost:4318/v1/traces")
      .optional(),
    { value: "URL", help: "send OpenTelemetry traces there, by OTLP over HTTP with JSON" },
  ),
});

export type ServeConfig = z.output<typeof serveSchema>;

const chatSchema = z.object({
  model: flag(z.string().optional(), { value: "NAME", help: "model to ask for at URL (default: the first it lists)" }),
  apiKey: flag(z.string().optional(), { value: "KEY", help: "bearer key for URL", secret: true }),
  system: flag(z.string().optional(), { value: "TEXT", help: "system prompt" }),
  temperature: flag(atLeastZero("from 0").optional(), { value: "NUMBER", help: "0 takes the likeliest token" }),
  maxTokens: flag(whole(1).optional(), { value: "TOKENS", help: "longest reply" }),
  seed: flag(whole(0).optional(), { value: "N", help: "the same seed, the same replies" }),
});

export type ChatConfig = z.output<typeof chatSchema>;

/** What `chat` takes from serve for a model in its own process. */
const chatEngineSchema = serveSchema.pick({
  device: true,
  adapter: true,
  subgroupMatrix: true,
  dtype: true,
  quantization: true,
  kvCacheDtype: true,
  kvCacheMemory: true,
  maxModelLen: true,
  chatTemplate: true,
});

/** A setting is unusable; the message names the flag. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

export interface Flag extends FlagMeta {
  /** Key in ServeConfig. */
  readonly key: string;
  /** Such as --kv-cache-memory. */
  readonly name: string;
  /** Such as OCTAVO_KV_CACHE_MEMORY. */
  readonly env: string;
}

/** Every flag of `serve`, in the order of the schema. */
export const serveFlags = (): Flag[] => flagsOf(serveSchema);

/** The flags of `chat`: its own, and those of a model in its own process. */
export const chatFlags = (): { own: Flag[]; engine: Flag[] } => ({
  own: flagsOf(chatSchema),
  engine: flagsOf(chatEngineSchema),
});

function flagsOf(schema: z.ZodObject): Flag[] {
  return Object.entries(schema.shape).map(([key, shape]) => {
    const meta = (shape as z.ZodType).meta()?.flag as FlagMeta;
    const kebab = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return { ...meta, key, name: `--${kebab}`, env: `OCTAVO_${kebab.replaceAll("-", "_").toUpperCase()}` };
  });
}

/** A flag's text by its key; a repeatable one has several. */
export type FlagTexts = Readonly<Record<string, string | string[] | undefined>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Texts from the command line win over the environment. Throws ConfigError naming the flag. */
export function parseServeConfig(given: FlagTexts, environment: Environment): ServeConfig {
  const config = parse(serveSchema, given, environment);
  checkTogether(config);
  return config;
}

/** The settings of the conversation itself. Throws ConfigError naming the flag. */
export function parseChatConfig(given: FlagTexts, environment: Environment): ChatConfig {
  return parse(chatSchema, given, environment);
}

function parse<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  given: FlagTexts,
  environment: Environment,
): z.output<z.ZodObject<Shape>> {
  const texts: Record<string, string | string[]> = {};
  const source = new Map<string, { readonly from: string; readonly secret: boolean }>();
  for (const { key, name, env, repeatable, secret = false } of flagsOf(schema)) {
    const fromEnv = environment[env] || undefined;
    const fromFlag = given[key];
    if (fromFlag !== undefined) texts[key] = fromFlag;
    else if (fromEnv !== undefined) texts[key] = repeatable ? fromEnv.split(",") : fromEnv;
    source.set(key, { from: fromFlag !== undefined ? name : env, secret });
  }
  const parsed = schema.safeParse(texts);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue!.path[0]);
  const { from, secret } = source.get(key)!;
  throw new ConfigError(`${from} ${issue!.message}${secret ? "" : `: received ${JSON.stringify(texts[key])}`}`);
}

function checkTogether({
  device,
  subgroupMatrix,
  enableChunkedPrefill,
  enablePrefixCaching,
  prefixCacheDir,
  systemPrompt,
  maxModelLen,
  maxNumBatchedTokens,
  maxNumSeqs,
  apiKey,
  apiKeyFile,
  maxRequestsPerMinute,
  maxConcurrentRequests,
}: ServeConfig): void {
  if (subgroupMatrix && device === "reference") {
    throw new ConfigError(
      "--subgroup-matrix needs a GPU: leave it out with --device reference, which has no matrix units",
    );
  }
  if (!enableChunkedPrefill && (maxModelLen === undefined || maxModelLen > maxNumBatchedTokens)) {
    throw new ConfigError(
      `--no-enable-chunked-prefill needs --max-model-len to be at most --max-num-batched-tokens (${maxNumBatchedTokens})`,
    );
  }
  if (systemPrompt.length > 0 && !enablePrefixCaching) {
    throw new ConfigError("--system-prompt needs the prefix cache: leave out --no-enable-prefix-caching");
  }
  if (prefixCacheDir !== undefined && !enablePrefixCaching) {
    throw new ConfigError("--prefix-cache-dir needs the prefix cache: leave out --no-enable-prefix-caching");
  }
  if ((maxRequestsPerMinute > 0 || maxConcurrentRequests > 0) && apiKey.length === 0 && apiKeyFile === undefined) {
    const name = maxRequestsPerMinute > 0 ? "--max-requests-per-minute" : "--max-concurrent-requests";
    throw new ConfigError(`${name} is a limit of each API key: give --api-key or --api-key-file, too`);
  }
  if (maxNumSeqs > maxNumBatchedTokens) {
    throw new ConfigError(
      `--max-num-seqs (${maxNumSeqs}) must not exceed --max-num-batched-tokens (${maxNumBatchedTokens}): every running sequence needs a token per step`,
    );
  }
}
