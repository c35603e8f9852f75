import { assert } from "../../src/base/assert.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import type { KvSequence } from "../../src/kv/kv_sequence.ts";

/** Blocks held, summed over the steps of a request. */
export interface GroupBlocks {
  /** With sharing: distinct blocks. */
  readonly held: number;
  /** As many as there would be if every sequence had its own. */
  readonly unshared: number;
}

/**
 * Runs a request of several sequences through the real cache: the prompt once, forks, and a private copy of a shared
 * block as soon as someone writes to it. `parents` names, for each next sequence, the one it continues.
 */
export function groupBlocks(
  promptLength: number,
  outputLength: number,
  blockSize: number,
  width: number,
  parents: () => readonly number[],
): GroupBlocks {
  const blocksEach = Math.ceil((promptLength + outputLength) / blockSize);
  const kv = new KvCache((2 * width + 1) * blocksEach, blockSize, { prefixCaching: false });
  const prompt = kv.open();
  reserve(kv, prompt, promptLength);
  let sequences = [prompt];
  let held = kv.pool.used;
  let unshared = width * prompt.blocks.length;
  // The last token is sampled and never written.
  for (let length = promptLength + 1; length < promptLength + outputLength; length++) {
    const chosen = sequences.length === 1 ? new Array<number>(width).fill(0) : parents();
    const next = chosen.map((parent) => kv.fork(sequences[parent]!));
    for (const sequence of sequences) kv.release(sequence);
    for (const sequence of next) reserve(kv, sequence, length);
    kv.takeCopies();
    sequences = next;
    held += kv.pool.used;
    for (const { blocks } of sequences) unshared += blocks.length;
  }
  for (const sequence of sequences) kv.release(sequence);
  assert(kv.pool.used === 0, `${kv.pool.used} blocks are left`);
  return { held, unshared };
}

function reserve(kv: KvCache, sequence: KvSequence, tokens: number): void {
  assert(kv.reserve(sequence, tokens), `no block for token ${tokens}`);
}
