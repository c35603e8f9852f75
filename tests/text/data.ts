import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The shared test data; tests that need it are skipped, saying so, where it is absent. */
export const DATA = fileURLToPath(new URL("../../../shared/data", import.meta.url));

export const hasData = existsSync(DATA);
if (!hasData) console.log(`skipped: tokenizer vectors need ${DATA}, which is absent`);

export const TOKENIZERS = [
  { directory: "models/stories260K", vectors: "tokenizer_vectors.json" },
  { directory: "models/TinyStories-656K", vectors: "tokenizer_vectors.json" },
  { directory: "tokenizers/gpt2", vectors: "vectors.json" },
  { directory: "tokenizers/qwen2", vectors: "vectors.json" },
] as const;

export async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8")) as T;
}
