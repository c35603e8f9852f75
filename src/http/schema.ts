import { z } from "zod";
import { badRequest } from "./errors.ts";
import { screenFields } from "./fields.ts";
import { structureFields } from "./structured.ts";
import { messageCalls, toolFields } from "./tools_schema.ts";

const MAX_STOP_STRINGS = 16;
const MAX_STOP_TOKEN_IDS = 1024;
const MAX_CHOICES = 128;
/** OpenAI's for chat and vLLM's for both. */
const MAX_LOGPROBS = 20;
const MAX_BIASES = 1024;
const MAX_ALLOWED_TOKEN_IDS = 262144;
const MAX_BAD_WORDS = 256;
const MAX_BAD_WORD_LENGTH = 256;

const optionalInt = (least: number) => z.int().min(least).optional();

/** A string or a list of them; read as a list. */
const stop = z
  .unknown()
  .optional()
  .transform((value, context): string[] => {
    const list = typeof value === "string" ? [value] : (value ?? []);
    const refuse = (message: string, path: number[] = []) => {
      context.addIssue({ code: "custom", message, path });
      return z.NEVER;
    };
    if (!Array.isArray(list)) return refuse("must be a string or a list of strings");
    if (list.length > MAX_STOP_STRINGS)
      return refuse(`has ${list.length} strings; at most ${MAX_STOP_STRINGS} are allowed`);
    for (const [i, text] of list.entries()) {
      if (typeof text !== "string") return refuse("must be a string", Array.isArray(value) ? [i] : []);
      if (text === "") return refuse("must not be empty", Array.isArray(value) ? [i] : []);
      if (!text.isWellFormed()) return refuse("must be well-formed Unicode", Array.isArray(value) ? [i] : []);
    }
    return list as string[];
  });

/** Token ids as keys, such as {"50256": -100}; read as a map. */
const logitBias = z
  .record(z.string(), z.number().min(-100).max(100))
  .default({})
  .transform((fields, context): ReadonlyMap<number, number> => {
    const entries = Object.entries(fields);
    const refuse = (message: string, path: string[] = []) => {
      context.addIssue({ code: "custom", message, path });
      return z.NEVER;
    };
    if (entries.length > MAX_BIASES) return refuse(`has ${entries.length} tokens; at most ${MAX_BIASES} are allowed`);
    const wrong = entries.find(([key]) => !/^(0|[1-9]\d{0,8})$/.test(key));
    if (wrong) return refuse("must be a token id", [wrong[0].slice(0, 64)]);
    return new Map(entries.map(([key, bias]) => [Number(key), bias]));
  });

const badWord = z
  .string()
  .max(MAX_BAD_WORD_LENGTH)
  .refine((word) => word.trim() !== "", "must not be blank")
  .refine((word) => word.isWellFormed(), "must be well-formed Unicode");

const logprobCount = z.int().min(0).max(MAX_LOGPROBS);
const penalty = z.number().min(-2).max(2).default(0);

const integer = z.number().refine(Number.isInteger, "must be an integer");

/** What chat and completions share. */
export const generation = {
  model: z.string().optional(),
  n: z.int().min(1).max(MAX_CHOICES).default(1),
  best_of: z.int().min(1).max(MAX_CHOICES).optional(),
  use_beam_search: z.boolean().default(false),
  length_penalty: z.number().optional(),
  early_stopping: z.union([z.boolean(), z.literal("never")], 'must be true, false or "never"').optional(),
  max_tokens: optionalInt(1),
  temperature: z.number().min(0).optional(),
  top_p: z.number().gt(0).max(1).optional(),
  top_k: optionalInt(-1),
  min_p: z.number().min(0).max(1).optional(),
  typical_p: z.number().gt(0).max(1).optional(),
  presence_penalty: penalty,
  frequency_penalty: penalty,
  repetition_penalty: z.number().min(0.01).max(100).optional(),
  logit_bias: logitBias,
  allowed_token_ids: z.array(z.int().min(0)).min(1, "must not be empty").max(MAX_ALLOWED_TOKEN_IDS).optional(),
  bad_words: z.array(badWord).max(MAX_BAD_WORDS).default([]),
  min_tokens: z.int().min(0).default(0),
  seed: integer.optional(),
  stop,
  stop_token_ids: z.array(z.int().min(0)).max(MAX_STOP_TOKEN_IDS).default([]),
  ...structureFields,
  ignore_eos: z.boolean().default(false),
  priority: z.int().default(0),
  cache_salt: z.string().min(1).max(1024).optional(),
  skip_special_tokens: z.boolean().default(true),
  include_stop_str_in_output: z.boolean().default(false),
  prompt_logprobs: logprobCount.optional(),
  return_tokens_as_token_ids: z.boolean().default(false),
  truncate_prompt_tokens: optionalInt(-1),
  return_token_ids: z.boolean().default(false),
  stream: z.boolean().default(false),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().nullish(),
      include_obfuscation: z.boolean().nullish(),
      continuous_usage_stats: z.literal(false).nullish(),
    })
    .optional(),
};

const template = {
  add_generation_prompt: z.boolean().default(true),
  chat_template_kwargs: z.record(z.string(), z.unknown()).optional(),
};

/** A string, or text parts; read as one string, parts on lines of their own. Null where left out. */
const content = z
  .unknown()
  .optional()
  .transform((value, context): string | null => {
    if (typeof value === "string") return value;
    if (value === undefined || value === null) return null;
    const refuse = (message: string, path: (string | number)[] = []) => {
      context.addIssue({ code: "custom", message, path });
      return z.NEVER;
    };
    if (!Array.isArray(value)) return refuse("must be a string or a list of parts");
    const texts: string[] = [];
    for (const [i, part] of value.entries()) {
      if (part?.type !== "text") return refuse('must be "text", the only supported type of part', [i, "type"]);
      if (typeof part.text !== "string") return refuse("must be a string", [i, "text"]);
      texts.push(part.text);
    }
    return texts.join("\n");
  });

/** Further fields (name, tool_call_id, reasoning_content, ...) are left to the chat template. */
const message = z
  .looseObject({
    role: z.enum(["system", "developer", "user", "assistant", "tool"]),
    content,
    tool_calls: messageCalls.nullish(),
    tool_call_id: z.string().nullish(),
    function_call: z.null("is OpenAI's old form and not supported; use tool_calls").optional(),
  })
  .transform((fields, context) => {
    if (fields.content === null && fields.role !== "assistant") {
      context.addIssue({ code: "custom", message: "must be a string or a list of parts", path: ["content"] });
    }
    const { tool_calls, ...rest } = { ...fields, content: fields.content ?? "" };
    if (!tool_calls?.length) return rest;
    if (fields.role !== "assistant") {
      context.addIssue({ code: "custom", message: "is only for assistant messages", path: ["tool_calls"] });
    }
    return { ...rest, tool_calls };
  });

const messages = z.array(message).min(1, "must not be empty");

export const completionSchema = z.object({
  ...generation,
  prompt: z.unknown(),
  max_tokens: optionalInt(0),
  logprobs: logprobCount.optional(),
  echo: z.boolean().default(false),
});
export const chatSchema = z.object({
  ...generation,
  ...template,
  ...toolFields,
  messages,
  max_completion_tokens: optionalInt(1),
  logprobs: z.boolean().default(false),
  top_logprobs: logprobCount.default(0),
});
export const tokenizeSchema = z.object({
  ...template,
  model: z.string().optional(),
  prompt: z.string().optional(),
  messages: messages.optional(),
  tools: toolFields.tools,
  add_special_tokens: z.boolean().optional(),
  return_token_strs: z.boolean().default(false),
});
export const detokenizeSchema = z.object({
  model: z.string().optional(),
  tokens: z.array(z.int().min(0)),
  skip_special_tokens: z.boolean().default(true),
});

export type CompletionRequest = z.infer<typeof completionSchema>;
export type ChatRequest = z.infer<typeof chatSchema>;
export type TokenizeRequest = z.infer<typeof tokenizeSchema>;
export type DetokenizeRequest = z.infer<typeof detokenizeSchema>;
export type GenerationFields = Omit<CompletionRequest, "prompt" | "logprobs" | "echo">;

type Body = Readonly<Record<string, unknown>>;

export const parseCompletion = (body: Body): CompletionRequest => parse(completionSchema, body);
export const parseChat = (body: Body): ChatRequest => parse(chatSchema, body);
export const parseTokenize = (body: Body): TokenizeRequest => parse(tokenizeSchema, body);
export const parseDetokenize = (body: Body): DetokenizeRequest => parse(detokenizeSchema, body);

/** Throws a 400 naming the first field at fault. */
export function parse<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  body: Body,
): z.infer<z.ZodObject<Shape>> {
  const result = schema.safeParse(screenFields(body, Object.keys(schema.shape)));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const inner = issue.code === "unrecognized_keys" ? [issue.keys[0]!] : [];
  const param = fieldPath([...issue.path, ...inner]);
  throw badRequest(param, `${param}: ${issue.message}`);
}

/** `messages[0].content[1].type` */
function fieldPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : `${text && "."}${String(step)}`;
  return text;
}
