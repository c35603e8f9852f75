import { readFile } from "node:fs/promises";

/** A tokenizer or chat template file is missing, malformed or asks for something Octavo does not have. */
export class TextError extends Error {
  override name = "TextError";
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The file's text, or null where there is no such file. */
export async function readTextFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw new TextError(`Cannot read ${path}: ${(error as Error).message}`);
  }
}

/** The file's JSON object, or null where there is no such file. */
export async function readJsonObject(path: string): Promise<JsonObject | null> {
  const text = await readTextFile(path);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TextError(`Cannot read ${path}: it is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw new TextError(`Cannot read ${path}: expected a JSON object: received ${typeof value}`);
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
