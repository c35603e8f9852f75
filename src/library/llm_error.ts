import { ConfigError } from "../config.ts";
import { EngineError } from "../contracts/generation.ts";
import { ApiError } from "../http/errors.ts";

/** What went wrong: the codes of the HTTP API where it has one. */
export type LLMErrorCode =
  /** A prompt, message or parameter that cannot be; `param` says which. */
  | "invalid_request"
  | "unknown_parameter"
  | "unsupported_parameter"
  /** Prompt and answer do not fit into the model's context. */
  | "context_length_exceeded"
  /** The model has no chat template. */
  | "no_chat_template"
  /** More calls wait than the option maxNumQueuedReqs allows. */
  | "queue_full"
  /** An option of `LLM.load` that cannot be; `param` says which. */
  | "invalid_option"
  /** The model could not be loaded; `cause` says why in detail. */
  | "cannot_load"
  /** `close` was called. */
  | "closed"
  /** The device failed, or the model computed what are no numbers. */
  | "internal";

/** Every error of the library, but for the reason of a signal that the caller aborted. */
export class LLMError extends Error {
  override name = "LLMError";
  readonly code: LLMErrorCode;
  /** The parameter or option at fault, such as `maxTokens` or `messages[0].content`. */
  readonly param: string | null;

  constructor(code: LLMErrorCode, message: string, param: string | null = null, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.param = param;
  }
}

const API_CODES: ReadonlySet<string> = new Set([
  "unknown_parameter",
  "unsupported_parameter",
  "context_length_exceeded",
  "no_chat_template",
  "queue_full",
]);

/** An error of the pipeline behind the HTTP API, its fields named as the library names them. */
export function fromApi(error: unknown): unknown {
  if (error instanceof LLMError) return error;
  if (!(error instanceof ApiError || error instanceof EngineError)) {
    return new LLMError("internal", error instanceof Error ? error.message : String(error), null, error);
  }
  const code = error.code !== null && API_CODES.has(error.code) ? (error.code as LLMErrorCode) : null;
  const isCallers = error instanceof ApiError ? error.status < 500 : error.code === "invalid_request";
  const param = error.param && fieldsInCamelCase(error.param);
  return new LLMError(
    code ?? (isCallers ? "invalid_request" : "internal"),
    fieldsInCamelCase(error.message),
    param,
    error,
  );
}

/** An error of `LLM.load`, which names options rather than flags. */
export function fromLoading(error: unknown): LLMError {
  if (error instanceof LLMError) return error;
  const { message } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof ConfigError)) return new LLMError("cannot_load", message, null, error);
  const named = message.replace(/--(no-)?([a-z]+(?:-[a-z]+)*)/g, (_, no: string | undefined, flag: string) => {
    const option = flag.replace(/-([a-z])/g, (__, letter: string) => letter.toUpperCase());
    return no ? `${option}: false` : option;
  });
  return new LLMError("invalid_option", named, /^[a-zA-Z]+/.exec(named)?.[0] ?? null, error);
}

/** `max_completion_tokens` and its like; in messages and prompts nothing else looks like them. */
function fieldsInCamelCase(text: string): string {
  const known = text.replaceAll("max_completion_tokens", "max_tokens");
  return known.replace(/\b[a-z]+(?:_[a-z0-9]+)+\b/g, (name) =>
    name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  );
}
