import { createHash } from "node:crypto";

/** Chunks up to this size are digested whole. */
const SMALL_BYTES = 128 * 1024;
/** Of larger ones, this many words of every stretch, so that each row of a matrix of 512 bytes or more takes part. */
const SAMPLED_WORDS = 4;
const STRETCH_WORDS = 128;
/** Of the largest chunk, 8 MiB; src/contracts/weights.ts. */
const MOST_SAMPLED = (2 * 1024 * 1024 * SAMPLED_WORDS) / STRETCH_WORDS;

/**
 * Tells checkpoints apart while they are streamed: a SHA-256 over every tensor's name, dtypes and size, and a 32nd part
 * of its bytes, as all of them would take as long as the loading does. Chunks come cut in the same places each time.
 */
export class WeightsDigest {
  readonly #hash = createHash("sha256");
  readonly #sample = new Uint32Array(MOST_SAMPLED);

  /** The tensor whose chunks follow; `stored` is its dtype in the file, `kept` what it is on the device. */
  tensor(name: string, stored: string, kept: string, bytes: number): void {
    this.#hash.update(`${JSON.stringify(name)} ${stored} ${kept} ${bytes}\n`);
  }

  chunk(chunk: Uint8Array): void {
    this.#hash.update(chunk.byteLength <= SMALL_BYTES ? chunk : this.#sampleOf(chunk));
  }

  /** Hexadecimal. Ends the digest. */
  hex(): string {
    return this.#hash.digest("hex");
  }

  #sampleOf(chunk: Uint8Array): Uint32Array {
    const words = new Uint32Array(chunk.buffer, chunk.byteOffset, Math.floor(chunk.byteLength / 4));
    let taken = 0;
    for (let start = 0; start + SAMPLED_WORDS <= words.length; start += STRETCH_WORDS) {
      for (let i = 0; i < SAMPLED_WORDS; i++) this.#sample[taken++] = words[start + i]!;
    }
    return this.#sample.subarray(0, taken);
  }
}
