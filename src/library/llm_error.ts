import { ConfigError } from "../config.ts";
import { EngineError } from "../contracts/generation.ts";
import { ApiError } from "../http/errors.ts";
import { UNSUPPORTED_FIELDS } from "../http/fields.ts";
import { chatSchema, completionSchema, generation } from "../http/schema.ts";

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
  const { param, message } = named(error);
  return new LLMError(code ?? (isCallers ? "invalid_request" : "internal"), message, param, error);
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

/** What it says, in the library's names; those in a caller's own JSON schema are left as they are. */
function named({ param, message, code }: ApiError | EngineError): { param: string | null; message: string } {
  if (code === "unknown_parameter") return { param: param && camelCase(param), message: camelCase(message) };
  if (param === null) return { param, message: inCamelCase(message) };
  const [, field, rest] = /^(structured_outputs\.\w+|\w*)(.*)$/s.exec(param)!;
  const name = inCamelCase(field!) + rest!;
  const said = message.startsWith(param) ? name + inCamelCase(message.slice(param.length)) : inCamelCase(message);
  return { param: name, message: said };
}

function inCamelCase(text: string): string {
  return text
    .replaceAll("max_completion_tokens", "max_tokens")
    .replace(/[a-z]+(?:_[a-z0-9]+)+/g, (name) => (FIELDS.has(name) ? camelCase(name) : name));
}

const FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys({ ...completionSchema.shape, ...chatSchema.shape }),
  ...Object.keys(generation.structured_outputs.unwrap().shape),
  ...UNSUPPORTED_FIELDS,
]);

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
