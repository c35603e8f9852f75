import { z } from "zod";

/** What the endpoints answer: for /openapi.json, and for the tests, which read real answers with these. */

const id = z.string();
const unixTime = z.int();
const count = z.int().min(0);

export const errorAnswer = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

const usage = z.strictObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.strictObject({ cached_tokens: count }),
});

const stopReason = z.union([z.string(), z.int()]).nullable();
const tokenIds = z.array(z.int());
const promptLogprobs = z.array(
  z.record(z.string(), z.object({ logprob: z.number(), rank: z.int(), decoded_token: z.string() })).nullable(),
);

const completionLogprobs = z.strictObject({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().nullable()),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
  text_offset: z.array(count),
});

const completionChoice = z.strictObject({
  index: count,
  text: z.string(),
  logprobs: completionLogprobs.nullable(),
  finish_reason: z.enum(["stop", "length"]).nullable(),
  stop_reason: stopReason,
  prompt_logprobs: promptLogprobs.optional(),
  token_ids: tokenIds.optional(),
  prompt_token_ids: tokenIds.optional(),
});

export const completionAnswer = z.strictObject({
  id,
  object: z.literal("text_completion"),
  created: unixTime,
  model: z.string(),
  choices: z.array(completionChoice),
  usage: usage.nullish(),
});

const scored = { token: z.string(), logprob: z.number(), bytes: z.array(count).nullable() };
const chatLogprobs = z.strictObject({
  content: z.array(z.strictObject({ ...scored, top_logprobs: z.array(z.strictObject(scored)) })),
  refusal: z.null(),
});

const call = z.strictObject({
  id,
  type: z.literal("function"),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

const callDelta = z.strictObject({
  index: count,
  id: id.optional(),
  type: z.literal("function").optional(),
  function: z.strictObject({ name: z.string().optional(), arguments: z.string() }),
});

const chatEnd = {
  index: count,
  logprobs: chatLogprobs.nullable(),
  finish_reason: z.enum(["stop", "length", "tool_calls"]),
  stop_reason: stopReason,
  token_ids: tokenIds.optional(),
};

export const chatAnswer = z.strictObject({
  id,
  object: z.literal("chat.completion"),
  created: unixTime,
  model: z.string(),
  choices: z.array(
    z.strictObject({
      ...chatEnd,
      message: z.strictObject({
        role: z.literal("assistant"),
        content: z.string().nullable(),
        refusal: z.null(),
        reasoning_content: z.string().optional(),
        tool_calls: z.array(call).optional(),
      }),
    }),
  ),
  prompt_logprobs: promptLogprobs.optional(),
  prompt_token_ids: tokenIds.optional(),
  usage,
});

export const chatChunk = z.strictObject({
  id,
  object: z.literal("chat.completion.chunk"),
  created: unixTime,
  model: z.string(),
  choices: z.array(
    z.strictObject({
      ...chatEnd,
      finish_reason: chatEnd.finish_reason.nullable(),
      delta: z.strictObject({
        role: z.literal("assistant").optional(),
        content: z.string().optional(),
        reasoning_content: z.string().optional(),
        tool_calls: z.array(callDelta).optional(),
      }),
    }),
  ),
  prompt_token_ids: tokenIds.optional(),
  usage: usage.nullish(),
});

export const embeddingsAnswer = z.strictObject({
  object: z.literal("list"),
  data: z.array(
    z.strictObject({
      object: z.literal("embedding"),
      index: count,
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage: z.strictObject({ prompt_tokens: count, total_tokens: count }),
});

export const modelAnswer = z.strictObject({
  id,
  object: z.literal("model"),
  created: unixTime,
  owned_by: z.string(),
  root: z.string(),
  parent: z.null(),
  max_model_len: count,
});

export const modelsAnswer = z.strictObject({ object: z.literal("list"), data: z.array(modelAnswer) });

export const tokenizeAnswer = z.strictObject({
  count,
  max_model_len: count,
  tokens: tokenIds,
  token_strs: z.array(z.string().nullable()).optional(),
});

export const detokenizeAnswer = z.strictObject({ prompt: z.string() });

export const kvAnswer = z.strictObject({
  block_size: count,
  num_blocks: count,
  free: count,
  used: count,
  cached_free: count,
  shared: count,
  pinned: count,
  utilization: z.number(),
  waste_tokens: count,
  running: z.array(z.strictObject({ id, tokens: count, computed: count, blocks: z.array(count) })),
  waiting: z.array(z.strictObject({ id, tokens: count, preemptions: count })),
  preemptions: count,
  prefix_hits_tokens: count,
  prefix_queries_tokens: count,
  cow_copies: count,
});

export const statusAnswer = z.strictObject({ status: z.string() });
export const versionAnswer = z.strictObject({ version: z.string() });
