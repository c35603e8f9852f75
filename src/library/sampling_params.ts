import type { Tool } from "../http/tools_schema.ts";
import { LLMError } from "./llm_error.ts";

/**
 * How text is generated: the fields of the HTTP API in camelCase, with the same defaults and the same checks. Every one
 * may be left out.
 */
export interface SamplingParams {
  /** Most tokens of an answer. `generate` and `stream` take 16 where it is left out, chats as many as fit. */
  readonly maxTokens?: number | undefined;
  /** 0: always the likeliest token. The model's own default, else 1. */
  readonly temperature?: number | undefined;
  /** Only the likeliest tokens that hold this mass, in (0, 1]. */
  readonly topP?: number | undefined;
  /** Only this many of the likeliest tokens; 0 or -1: all. */
  readonly topK?: number | undefined;
  /** Only tokens at least this share as likely as the likeliest, in [0, 1]. */
  readonly minP?: number | undefined;
  /** Only locally typical tokens that hold this mass, in (0, 1]. */
  readonly typicalP?: number | undefined;
  /** Taken from the logits of tokens that the answer has already, in [-2, 2]. */
  readonly presencePenalty?: number | undefined;
  /** The same, for each time it has them. */
  readonly frequencyPenalty?: number | undefined;
  /** Divides the logits of tokens that prompt or answer have; 1: off. */
  readonly repetitionPenalty?: number | undefined;
  /** Added to the logits of these token ids, in [-100, 100]. */
  readonly logitBias?: Readonly<Record<number, number>> | undefined;
  /** No other token is chosen. */
  readonly allowedTokenIds?: readonly number[] | undefined;
  /** Words that an answer never contains. */
  readonly badWords?: readonly string[] | undefined;
  /** The same seed, the same answer, whatever else runs. Answer number i of n takes seed + i. */
  readonly seed?: number | undefined;
  /** Answers to each prompt. */
  readonly n?: number | undefined;
  /** Sampled for each prompt, of which the n likeliest are kept; with beams, the width of the search. */
  readonly bestOf?: number | undefined;
  readonly useBeamSearch?: boolean | undefined;
  /** Beams only: a score is the sum of log-probabilities / tokens ** lengthPenalty. */
  readonly lengthPenalty?: number | undefined;
  /** Beams only, as in Hugging Face generate. */
  readonly earlyStopping?: boolean | "never" | undefined;
  /** Neither an end of text nor a stop counts before the answer has so many tokens. */
  readonly minTokens?: number | undefined;
  /** Texts that end an answer, of which they are no part. */
  readonly stop?: string | readonly string[] | undefined;
  /** Tokens that end an answer. */
  readonly stopTokenIds?: readonly number[] | undefined;
  /** What ended an answer is part of it. */
  readonly includeStopStrInOutput?: boolean | undefined;
  /** The form of an answer: OpenAI's. */
  readonly responseFormat?: ResponseFormat | undefined;
  /** The form of an answer, one of vLLM's. */
  readonly structuredOutputs?: StructuredOutputs | undefined;
  /** Go on after the model's end of text. */
  readonly ignoreEos?: boolean | undefined;
  /** Leave special tokens out of the text, which is the default. */
  readonly skipSpecialTokens?: boolean | undefined;
  /** Log-probabilities of the answer's tokens, and of this many likeliest ones at each place, 0 to 20. */
  readonly logprobs?: number | undefined;
  /** The same for the prompt's tokens. */
  readonly promptLogprobs?: number | undefined;
  /** The text begins with the prompt's; not for chats. */
  readonly echo?: boolean | undefined;
  /** Only the last so many tokens of the prompt; -1: as many as leave room for one. */
  readonly truncatePromptTokens?: number | undefined;
  /** Lower runs first, under the priority policy. */
  readonly priority?: number | undefined;
  /** Cached prefixes are shared among calls with the same salt. */
  readonly cacheSalt?: string | undefined;
}

/** In OpenAI's shape, so that helpers which make it can be used. */
export type ResponseFormat =
  | { readonly type: "text" | "json_object" }
  | {
      readonly type: "json_schema";
      readonly json_schema: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly schema?: JsonSchema | undefined;
        readonly strict?: boolean | null | undefined;
      };
    };

type JsonSchema = Readonly<Record<string, unknown>>;

/** What an answer keeps to; one of them. */
export interface StructuredOutputs {
  /** A JSON Schema. */
  readonly json?: JsonSchema | undefined;
  /** Any JSON object. */
  readonly jsonObject?: boolean | undefined;
  /** A regular expression, which the whole answer matches. */
  readonly regex?: string | undefined;
  readonly choice?: readonly string[] | undefined;
  /** An EBNF grammar. */
  readonly grammar?: string | undefined;
  readonly structuralTag?: JsonSchema | undefined;
}

/** What chats have beside: the tools that the model may call, and what goes to its chat template. */
export interface ChatParams extends Omit<SamplingParams, "echo"> {
  readonly tools?: readonly Tool[] | undefined;
  readonly toolChoice?: "none" | "auto" | "required" | { type: "function"; function: { name: string } } | undefined;
  readonly parallelToolCalls?: boolean | undefined;
  /** Off: the last message is not followed by the beginning of an answer. */
  readonly addGenerationPrompt?: boolean | undefined;
  readonly chatTemplateKwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** Fields of a request's body that are no parameters here. */
const NOT_PARAMS: ReadonlySet<string> = new Set([
  "model",
  "prompt",
  "messages",
  "stream",
  "streamOptions",
  "topLogprobs",
  "returnTokenIds",
  "returnTokensAsTokenIds",
]);

/** The body's fields that say the same. Throws LLMError for a name that is none; their values are the schema's to check. */
export function bodyFields(params: object): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    if (name.includes("_")) {
      throw new LLMError(
        "unknown_parameter",
        `Unknown field ${name}; names are in camelCase: ${camelCase(name)}`,
        name,
      );
    }
    if (NOT_PARAMS.has(name)) throw new LLMError("unknown_parameter", `${name} is not a sampling parameter`, name);
    if (value !== undefined) body[snakeCase(name)] = name === "structuredOutputs" ? fieldsOf(value) : value;
  }
  return body;
}

function fieldsOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [snakeCase(name), field]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
