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

const responseLogprobs = z.array(z.strictObject({ ...scored, top_logprobs: z.array(z.strictObject(scored)) }));
const itemStatus = z.enum(["in_progress", "completed", "incomplete"]);

const outputItem = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("message"),
    id,
    status: itemStatus,
    role: z.literal("assistant"),
    content: z.array(
      z.strictObject({
        type: z.literal("output_text"),
        text: z.string(),
        annotations: z.array(z.never()),
        logprobs: responseLogprobs,
      }),
    ),
  }),
  z.strictObject({
    type: z.literal("reasoning"),
    id,
    status: itemStatus,
    summary: z.array(z.never()),
    content: z.array(z.strictObject({ type: z.literal("reasoning_text"), text: z.string() })),
  }),
  z.strictObject({
    type: z.literal("function_call"),
    id,
    status: itemStatus,
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
]);

export const responseAnswer = z.strictObject({
  id,
  object: z.literal("response"),
  created_at: unixTime,
  status: z.enum(["in_progress", "completed", "incomplete", "failed"]),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  incomplete_details: z.strictObject({ reason: z.literal("max_output_tokens") }).nullable(),
  instructions: z.string().nullable(),
  max_output_tokens: count.nullable(),
  metadata: z.record(z.string(), z.string()),
  model: z.string(),
  output: z.array(outputItem),
  parallel_tool_calls: z.boolean(),
  previous_response_id: z.string().nullable(),
  reasoning: z.strictObject({ effort: z.null(), summary: z.null() }),
  store: z.boolean(),
  temperature: z.number(),
  text: z.strictObject({ format: z.looseObject({ type: z.string() }) }),
  tool_choice: z.union([z.string(), z.strictObject({ type: z.literal("function"), name: z.string() })]),
  tools: z.array(z.looseObject({ type: z.literal("function"), name: z.string() })),
  top_logprobs: count,
  top_p: z.number(),
  truncation: z.enum(["disabled", "auto"]),
  usage: z
    .strictObject({
      input_tokens: count,
      input_tokens_details: z.strictObject({ cached_tokens: count }),
      output_tokens: count,
      output_tokens_details: z.strictObject({ reasoning_tokens: count }),
      total_tokens: count,
    })
    .nullable(),
});

const place = { sequence_number: count, output_index: count, item_id: id };
const responseStep = (type: string) =>
  z.strictObject({ type: z.literal(type), sequence_number: count, response: responseAnswer });
const itemStep = (type: string) =>
  z.strictObject({ type: z.literal(type), sequence_number: count, output_index: count, item: outputItem });
const partStep = (type: string) =>
  z.strictObject({
    type: z.literal(type),
    ...place,
    content_index: count,
    part: z.looseObject({ type: z.string(), text: z.string() }),
  });

export const responseEvent = z.union([
  ...["created", "in_progress", "completed", "incomplete", "failed"].map((step) => responseStep(`response.${step}`)),
  ...["added", "done"].map((step) => itemStep(`response.output_item.${step}`)),
  ...["added", "done"].map((step) => partStep(`response.content_part.${step}`)),
  z.strictObject({
    type: z.literal("response.output_text.delta"),
    ...place,
    content_index: count,
    delta: z.string(),
    logprobs: responseLogprobs,
  }),
  z.strictObject({
    type: z.literal("response.output_text.done"),
    ...place,
    content_index: count,
    text: z.string(),
    logprobs: responseLogprobs,
  }),
  z.strictObject({
    type: z.literal("response.reasoning_text.delta"),
    ...place,
    content_index: count,
    delta: z.string(),
  }),
  z.strictObject({ type: z.literal("response.reasoning_text.done"), ...place, content_index: count, text: z.string() }),
  z.strictObject({ type: z.literal("response.function_call_arguments.delta"), ...place, delta: z.string() }),
  z.strictObject({
    type: z.literal("response.function_call_arguments.done"),
    ...place,
    name: z.string(),
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal("error"),
    sequence_number: count,
    code: z.string().nullable(),
    message: z.string(),
    param: z.string().nullable(),
  }),
]);

export const responseDeletedAnswer = z.strictObject({ id, object: z.literal("response"), deleted: z.literal(true) });

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
