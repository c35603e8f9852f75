import { z } from "zod";
import { generation, parse } from "./schema.ts";

/** What is sent back to the client must not be nested deeper than JSON can be written. */
const MAX_LEVELS = 64;

function isShallow(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth < MAX_LEVELS; depth++) {
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
    if (level.length === 0) return true;
  }
  return false;
}

const TOO_DEEP = `must not be nested deeper than ${MAX_LEVELS} levels`;
const MAX_METADATA = 16;

/** A function as /v1/responses has it: flat. It is sent back with nulls for what is left out, as OpenAI does. */
const tool = z.strictObject({
  type: z.literal("function", 'must be "function", the only supported type of tool'),
  name: z.string(),
  description: z.string().nullish(),
  parameters: z
    .record(z.string(), z.unknown(), "must be a JSON Schema object")
    .refine(isShallow, TOO_DEEP)
    .nullable()
    .default(null),
  strict: z.boolean().nullable().default(null),
});

const toolChoice = z.union(
  [z.enum(["none", "auto", "required"]), z.strictObject({ type: z.literal("function"), name: z.string() })],
  'must be "none", "auto", "required" or {"type": "function", "name": ...}',
);

const format = z.looseObject({ type: z.enum(["text", "json_object", "json_schema"]) }).refine(isShallow, TOO_DEEP);

/** Fields of chats that mean the same here. */
const shared = {
  temperature: generation.temperature,
  top_p: generation.top_p,
  top_k: generation.top_k,
  min_p: generation.min_p,
  typical_p: generation.typical_p,
  presence_penalty: generation.presence_penalty,
  frequency_penalty: generation.frequency_penalty,
  repetition_penalty: generation.repetition_penalty,
  logit_bias: generation.logit_bias,
  allowed_token_ids: generation.allowed_token_ids,
  bad_words: generation.bad_words,
  min_tokens: generation.min_tokens,
  seed: generation.seed,
  stop: generation.stop,
  stop_token_ids: generation.stop_token_ids,
  structured_outputs: generation.structured_outputs,
  ignore_eos: generation.ignore_eos,
  priority: generation.priority,
  cache_salt: generation.cache_salt,
  skip_special_tokens: generation.skip_special_tokens,
  include_stop_str_in_output: generation.include_stop_str_in_output,
};

export const SHARED_FIELDS = Object.keys(shared);

const LOGPROBS = "message.output_text.logprobs";

export const responsesSchema = z.object({
  ...shared,
  model: z.string().optional(),
  input: z.unknown(),
  instructions: z.string().optional(),
  previous_response_id: z.string().optional(),
  store: z.boolean().default(true),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((pairs) => Object.keys(pairs).length <= MAX_METADATA, `must not have more than ${MAX_METADATA} pairs`)
    .default({}),
  max_output_tokens: z.int().min(1).optional(),
  tools: z.array(tool).default([]),
  tool_choice: toolChoice.default("auto"),
  parallel_tool_calls: z.boolean().default(true),
  text: z.strictObject({ format: format.nullish(), verbosity: z.literal("medium").nullish() }).optional(),
  include: z.array(z.literal(LOGPROBS, `must be "${LOGPROBS}", all that can be included`)).default([]),
  top_logprobs: z.int().min(0).max(20).default(0),
  reasoning: z.strictObject({ effort: z.literal("none").nullish(), summary: z.null().optional() }).optional(),
  truncation: z.enum(["disabled", "auto"]).default("disabled"),
  stream: z.boolean().default(false),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().nullish() }).optional(),
});

export type ResponsesRequest = z.infer<typeof responsesSchema>;

export const parseResponses = (body: Readonly<Record<string, unknown>>): ResponsesRequest =>
  parse(responsesSchema, body);
