import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../contracts/weights.ts";

/** Reads a JSON object such as generation_config.json from a model directory; null where the file is absent. */
export async function readOptionalJson(directory: string, name: string): Promise<Record<string, unknown> | null> {
  const file = join(directory, name);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new CheckpointError(`Cannot read ${file}: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(`Cannot read ${file}: expected JSON: ${(error as Error).message}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CheckpointError(`Cannot read ${file}: expected a JSON object: received ${text.slice(0, 40)}`);
}

/** Reads a JSON object such as config.json from a model directory. Throws CheckpointError naming the file. */
export async function readJson(directory: string, name: string): Promise<Record<string, unknown>> {
  const value = await readOptionalJson(directory, name);
  if (value) return value;
  throw new CheckpointError(`Cannot read ${join(directory, name)}: there is no such file`);
}
