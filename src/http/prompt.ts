import { TextError } from "../text/json_file.ts";
import { badRequest } from "./errors.ts";
import type { ChatRequest } from "./schema.ts";
import type { Serving } from "./serving.ts";
import type { Tool } from "./tools_schema.ts";

/** What a client may send as one prompt. */
export type Prompt = string | readonly number[];

/** More lists than this in one request are refused. */
const MAX_PROMPTS = 1024;

/** A string, a list of strings, token ids, or a list of lists of them; read as a list of prompts. */
export function readPrompts(value: unknown, param = "prompt"): Prompt[] {
  if (typeof value === "string") return [value];
  const expected = "must be a string, a list of strings, a list of token ids, or a list of lists of token ids";
  if (!Array.isArray(value)) throw badRequest(param, `${param} ${expected}`);
  if (value.length === 0) throw badRequest(param, `${param} must not be empty`);
  if (typeof value[0] === "number") return [readIds(value, param)];
  if (value.length > MAX_PROMPTS) {
    throw badRequest(param, `${param} has ${value.length} entries; at most ${MAX_PROMPTS} are allowed`);
  }
  const ofText = typeof value[0] === "string";
  return value.map((entry, i): Prompt => {
    if (ofText && typeof entry === "string") return entry;
    if (!ofText && Array.isArray(entry)) return readIds(entry, `${param}[${i}]`);
    throw badRequest(`${param}[${i}]`, `${param} ${expected}`);
  });
}

/** Token ids of a prompt, special tokens added to text as the tokenizer does. */
export function encodePrompt(serving: Serving, prompt: Prompt, param: string): readonly number[] {
  if (typeof prompt !== "string") return checkVocabulary(serving, prompt, param);
  const ids = encodeText(serving, prompt, true, param);
  if (ids.length === 0) {
    throw badRequest(param, `${param} must not be empty: this model's tokenizer adds no token of its own`);
  }
  return ids;
}

/** Token ids of the messages, by way of the model's chat template. */
export function encodeMessages(serving: Serving, request: RenderFields): readonly number[] {
  const ids = encodeText(serving, renderMessages(serving, request), request.add_special_tokens ?? false, "messages");
  if (ids.length === 0) throw badRequest("messages", "messages render to no tokens");
  return ids;
}

type RenderFields = Pick<ChatRequest, "messages" | "add_generation_prompt" | "chat_template_kwargs"> & {
  readonly add_special_tokens?: boolean | undefined;
  readonly tools?: readonly Tool[] | undefined;
};

function renderMessages(serving: Serving, request: RenderFields): string {
  const { chatTemplate } = serving;
  if (chatTemplate === null) {
    const message =
      "This model has no chat template: use /v1/completions, or start the server with --chat-template FILE";
    throw badRequest("messages", message, "no_chat_template");
  }
  const { tools = [], chat_template_kwargs } = request;
  const variables = { ...chat_template_kwargs, ...(tools.length > 0 && { tools }) };
  try {
    return chatTemplate.render(request.messages, { addGenerationPrompt: request.add_generation_prompt, variables });
  } catch (error) {
    throw error instanceof TextError ? badRequest("messages", error.message) : error;
  }
}

/** Refuses text that is longer than the context can hold before spending time on it. */
export function encodeText(serving: Serving, text: string, addSpecialTokens: boolean, param: string): number[] {
  const { tokenizer, model } = serving;
  const limit = model.maxModelLen * tokenizer.maxPieceLength;
  if (text.length > limit) {
    const message = `${param} has ${text.length} characters; a context of ${model.maxModelLen} tokens takes at most ${limit}`;
    throw badRequest(param, message, "context_length_exceeded");
  }
  return tokenizer.encode(text, { addSpecialTokens });
}

function checkVocabulary({ engine }: Serving, ids: readonly number[], param: string): readonly number[] {
  const outside = ids.findIndex((id) => id >= engine.vocabSize);
  if (outside < 0) return ids;
  const at = `${param}[${outside}]`;
  throw badRequest(at, `${at} must be a token id below ${engine.vocabSize}: received ${ids[outside]}`);
}

function readIds(value: readonly unknown[], param: string): readonly number[] {
  if (value.length === 0) throw badRequest(param, `${param} must not be empty`);
  const wrong = value.findIndex((id) => !(Number.isSafeInteger(id) && (id as number) >= 0));
  if (wrong >= 0)
    throw badRequest(`${param}[${wrong}]`, `${param}[${wrong}] must be a token id, an integer of at least 0`);
  return value as readonly number[];
}
