import { isObject } from "../text/json_file.ts";
import { ApiError, badRequest } from "./errors.ts";

export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * The request's JSON object. Throws a 413 as soon as more than `limit` bytes have come, a 400 or 415 where it is not
 * JSON, and the signal's reason where that aborts first.
 */
export async function readJsonBody(
  request: Request,
  limit: number,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get("content-type");
  const saysJson = type === null || /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type);
  // A web page may send any other type to a server that never allowed its origin.
  if (!saysJson && request.headers.has("origin")) throw notJson(type);
  const bytes = await readBody(request, limit, signal);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (!saysJson && !type.startsWith("text/plain")) throw notJson(type);
    throw badRequest(null, `Cannot parse the body as JSON: ${(error as Error).message}`, "invalid_json");
  }
  if (isObject(value)) return value;
  const received = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
  throw badRequest(null, `The body must be a JSON object: received ${received}`, "invalid_json");
}

function notJson(type: string): ApiError {
  const message = `The body must be JSON, with content-type: application/json: received ${type.slice(0, 100)}`;
  return new ApiError(415, message, { code: "unsupported_media_type" });
}

async function readBody(request: Request, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = () =>
    new ApiError(413, `The body is larger than ${limit} bytes`, {
      code: "body_too_large",
      headers: { connection: "close" },
    });
  if (Number(request.headers.get("content-length")) > limit) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      length += value.byteLength;
      if (length > limit) {
        stop();
        throw tooLarge();
      }
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
