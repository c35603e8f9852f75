import { isObject } from "../text/json_file.ts";
import { ApiError, badRequest } from "./errors.ts";

export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The request's JSON object. Throws a 413 as soon as more than `limit` bytes have come, a 400 where it is not JSON. */
export async function readJsonBody(request: Request, limit: number): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readBody(request, limit);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw badRequest(null, `Cannot parse the body as JSON: ${(error as Error).message}`, "invalid_json");
  }
  if (isObject(value)) return value;
  const received = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
  throw badRequest(null, `The body must be a JSON object: received ${received}`, "invalid_json");
}

async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new ApiError(413, `The body is larger than ${limit} bytes`, {
      code: "body_too_large",
      headers: { connection: "close" },
    });
  if (Number(request.headers.get("content-length")) > limit) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
