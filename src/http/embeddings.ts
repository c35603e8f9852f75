import { Buffer } from "node:buffer";
import { z } from "zod";
import { GREEDY, type Pooling } from "../contracts/generation.ts";
import { badRequest } from "./errors.ts";
import type { Metrics } from "./metrics.ts";
import { encodePrompt, readPrompts } from "./prompt.ts";
import { parse } from "./schema.ts";
import type { Serving } from "./serving.ts";

/** Where a request does not say: of a model that reads from left to right, only the last token has seen all (vLLM's). */
const DEFAULT_POOLING: Pooling = "last";

export const embeddingsSchema = z.object({
  model: z.string().optional(),
  input: z.unknown(),
  encoding_format: z.enum(["float", "base64"]).default("float"),
  dimensions: z.int().min(1).optional(),
  pooling: z.enum(["last", "mean"]).default(DEFAULT_POOLING),
  normalize: z.boolean().default(true),
  truncate_prompt_tokens: z.int().min(1).optional(),
  priority: z.int().default(0),
  cache_salt: z.string().min(1).max(1024).optional(),
});

export type EmbeddingsRequest = z.infer<typeof embeddingsSchema>;

export const parseEmbeddings = (body: Readonly<Record<string, unknown>>): EmbeddingsRequest =>
  parse(embeddingsSchema, body);

export interface EmbeddingsContext {
  /** Unique among live requests. */
  readonly id: string;
  /** Salt of the prefix cache where the request gives none. */
  readonly cacheSalt: string;
  readonly metrics: Metrics;
  /** Aborting it cancels everything; it is aborted where one of the inputs fails. */
  readonly abort: AbortController;
}

/** POST /v1/embeddings: a vector for each input, pooled from the hidden states after the model's final norm. */
export async function embeddings(serving: Serving, request: EmbeddingsRequest, context: EmbeddingsContext) {
  const { model } = serving;
  if (request.dimensions !== undefined) {
    const message = "dimensions is not supported: this model's vectors have one length";
    throw badRequest("dimensions", message, "unsupported_parameter");
  }
  const inputs = readPrompts(request.input, "input");
  const prompts = inputs.map((input, i) => {
    const param = inputs.length > 1 ? `input[${i}]` : "input";
    const ids = encodePrompt(serving, input, param).slice(-(request.truncate_prompt_tokens ?? Number.MAX_SAFE_INTEGER));
    if (ids.length < model.maxModelLen) return ids;
    const message = `${param} has ${ids.length} tokens; at most ${model.maxModelLen - 1} are possible`;
    throw badRequest(param, message, "context_length_exceeded");
  });
  const vectors = await poolAll(serving, prompts, request, context);
  const tokens = prompts.reduce((sum, ids) => sum + ids.length, 0);
  return {
    object: "list",
    data: vectors.map((vector, index) => {
      const embedding = Float32Array.from(request.normalize ? unit(vector) : vector);
      return { object: "embedding", index, embedding: encoded(embedding, request.encoding_format) };
    }),
    model: request.model ?? model.ids[0],
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

async function poolAll(
  { engine }: Serving,
  prompts: readonly (readonly number[])[],
  { pooling, priority, cache_salt }: EmbeddingsRequest,
  { id, cacheSalt, metrics, abort }: EmbeddingsContext,
): Promise<Float64Array[]> {
  const { signal } = abort;
  const pool = async (promptIds: readonly number[], i: number): Promise<Float64Array> => {
    const [events] = engine.submit(
      {
        id: `${id}-${i}`,
        promptIds,
        branches: 1,
        // The engine is made for tokens: the one that would come next is the sign that the prompt has been read.
        params: { ...GREEDY, maxTokens: 1, ignoreEos: true },
        beam: null,
        topLogprobs: -1,
        promptLogprobs: -1,
        pooling,
        cacheSalt: cache_salt === undefined ? cacheSalt : `salt ${cache_salt}`,
        priority,
      },
      signal,
    );
    const meter = metrics.sequence(promptIds.length);
    for await (const { pooled, finish } of events!) {
      meter.finish("stop", finish?.timing ?? null);
      return pooled!;
    }
    meter.finish("abort", null);
    signal.throwIfAborted();
    throw new Error(`Octavo bug: the engine ended ${id}-${i} without a vector`);
  };
  const runs = prompts.map(pool);
  try {
    return await Promise.all(runs);
  } catch (error) {
    abort.abort(error);
    await Promise.allSettled(runs);
    throw error;
  }
}

/** The same direction at length 1; a vector of zeros has none. */
function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return length === 0 ? vector : vector.map((x) => x / length);
}

function encoded(vector: Float32Array, format: "float" | "base64"): number[] | string {
  if (format === "float") return Array.from(vector);
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}
