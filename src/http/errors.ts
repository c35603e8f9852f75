import { EngineError, type EngineErrorCode } from "../contracts/generation.ts";

export type ErrorStatus = 400 | 401 | 404 | 405 | 413 | 415 | 429 | 499 | 500 | 503 | 504;

/** An answer that is an error: OpenAI's body with an HTTP status. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: ErrorStatus;
  /** The request field at fault, such as `messages[0].content`. */
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ErrorStatus,
    message: string,
    details: { param?: string | null; code?: string | null; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.param = details.param ?? null;
    this.code = details.code ?? null;
    this.headers = details.headers ?? {};
  }
}

/** A 400 that names the field. */
export function badRequest(param: string | null, message: string, code: string | null = null): ApiError {
  return new ApiError(400, message, { param, code });
}

export function notReady(reason: string): ApiError {
  return new ApiError(503, reason, { code: "not_ready", headers: { "retry-after": "1" } });
}

/** The client has left; nobody reads this answer. */
export function clientGone(): ApiError {
  return new ApiError(499, "The client closed the connection", { code: "client_closed" });
}

/** The client is there but does not read what it asked for. */
export function slowReader(seconds: number): ApiError {
  return new ApiError(499, `The client read nothing for ${seconds} s`, { code: "slow_reader" });
}

/** --request-timeout has passed. */
export function timedOut(seconds: number): ApiError {
  return new ApiError(504, `The request took longer than ${seconds} s, the most this server allows`, {
    code: "timeout",
  });
}

const TYPES: Readonly<Record<ErrorStatus, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "invalid_request_error",
  405: "invalid_request_error",
  413: "invalid_request_error",
  415: "invalid_request_error",
  429: "rate_limit_error",
  499: "client_error",
  500: "server_error",
  503: "service_unavailable_error",
  504: "timeout_error",
};

const ENGINE_STATUS: Readonly<Record<EngineErrorCode, ErrorStatus>> = {
  invalid_request: 400,
  queue_full: 429,
  draining: 503,
  internal: 500,
};

/** Null for an error nobody foresaw, of which the client is told nothing. */
function foreseen(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  return error instanceof EngineError ? fromEngine(error) : null;
}

/** The error as the client sees it. */
export function asApiError(error: unknown): ApiError {
  return foreseen(error) ?? new ApiError(500, "Internal error; the server's log has the details", { code: "internal" });
}

/** Worth a line in the log with its stack: our fault, not the client's. */
export function isOurFault(error: unknown): boolean {
  const known = foreseen(error);
  return known === null || known.status === 500;
}

export function errorBody(error: ApiError): { error: Record<string, string | null> } {
  return { error: { message: error.message, type: TYPES[error.status], param: error.param, code: error.code } };
}

export function errorResponse(error: ApiError): Response {
  return Response.json(errorBody(error), { status: error.status, headers: error.headers });
}

function fromEngine({ code, message, param }: EngineError): ApiError {
  const status = ENGINE_STATUS[code];
  const headers: Record<string, string> = status === 429 || status === 503 ? { "retry-after": "1" } : {};
  return new ApiError(status, message, { param, code, headers });
}
