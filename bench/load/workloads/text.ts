import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/base/random.ts";
import type { Workload, WorkloadOptions } from "../workload.ts";

const FILE = join(import.meta.dirname, "../../../../shared/data/text/shakespeare.txt");

/** Of English, in tokenizers of some ten thousand tokens and more. */
const LETTERS_PER_TOKEN = 4;

/**
 * Real English, cut at random places: `inputLen` tokens each where the model's tokenizer is known, else about as many
 * letters as they would have. Null where the text is absent.
 */
export function textWorkload(options: WorkloadOptions): Workload | null {
  const { count, inputLen, outputLen, seed, variant, tokenizer, sendIds } = options;
  if (!existsSync(FILE)) return null;
  const book = readFileSync(FILE, "utf8");
  // Cuts near the end go on at the beginning.
  const endless = book + book;
  const random = new Random(seed + Math.imul(variant, 0x85ebca6b));
  const requests = Array.from({ length: count }, () => {
    const place = random.integer(0, book.length - 1);
    const letters = (length: number) => endless.slice(place, place + length);
    return {
      promptLength: inputLen,
      outputLength: outputLen,
      prompt: () => {
        if (!tokenizer) return letters(inputLen * LETTERS_PER_TOKEN);
        for (let length = inputLen * LETTERS_PER_TOKEN; ; length *= 2) {
          const ids = tokenizer.encode(letters(length)).slice(0, inputLen);
          if (ids.length < inputLen && length < book.length) continue;
          return sendIds ? ids : tokenizer.decode(ids);
        }
      },
    };
  });
  return { requests, arrivals: null };
}
