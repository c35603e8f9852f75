import { assert } from "../base/assert.ts";
import type { Runner } from "../contracts/runner.ts";
import type { PrefixHash } from "../kv/hash_chain.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import type { PrefixBlock } from "../kv/prefix_index.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";

/** A block in host memory. */
interface SwappedBlock {
  readonly content: PrefixBlock;
  /** Null until the step that overwrites the block on the device is about to run. */
  bytes: Uint8Array | null;
}

interface Transfer {
  readonly block: number;
  readonly swapped: SwappedBlock;
}

/**
 * Host memory behind the prefix cache, for preempted groups (paper, section 4.5). What a preempted group leaves on the
 * device stays to be found until somebody needs the block; only then is it copied out, so as many tail blocks are swapped
 * as are really taken, and none when the group comes back before. The longest swapped are dropped when the space is full.
 */
export class SwapSpace {
  readonly #kv: KvCache;
  readonly #capacity: number;
  readonly #swapped = new Map<PrefixHash, SwappedBlock>();
  /** Blocks of preempted groups that are still on the device. */
  readonly #marked = new Map<number, PrefixBlock>();
  #leaving: Transfer[] = [];
  #returning: Transfer[] = [];
  #copiedOut = 0;

  /** @param capacity In blocks. */
  constructor(kv: KvCache, capacity: number) {
    this.#kv = kv;
    this.#capacity = capacity;
  }

  /** Blocks copied to host memory since the start. */
  get copiedOut(): number {
    return this.#copiedOut;
  }

  /** The group is about to give up its blocks. */
  keep({ branches }: SequenceGroup): void {
    for (const { kv } of branches) {
      for (const block of kv?.blocks ?? []) {
        const content = this.#kv.contentOf(block);
        if (content) this.#marked.set(block, content);
      }
    }
  }

  /** The block's content can no longer be found. `survives`: it is there until the next step. */
  evicted(block: number, survives: boolean): void {
    const content = this.#marked.get(block);
    if (!content || !this.#marked.delete(block) || !survives || this.#capacity === 0) return;
    const swapped = { content, bytes: null };
    this.#leaving.push({ block, swapped });
    this.#swapped.delete(content.hash);
    this.#swapped.set(content.hash, swapped);
    const [oldest] = this.#swapped.keys();
    if (this.#swapped.size > this.#capacity) this.#swapped.delete(oldest!);
  }

  /**
   * Puts what is swapped of a sequence's first `count` tokens, after the blocks `found` of it, back into at most `room`
   * free blocks, where they can be found. Returns how many.
   */
  bringBack({ chain, tokens }: Sequence, found: readonly number[], count: number, room: number): number {
    for (const block of found) {
      this.#marked.delete(block);
      // What is found must not be evicted to make room for what follows it.
      if (this.#kv.pool.references(block) === 0) this.#kv.refresh(block);
    }
    const { blockSize } = this.#kv;
    let brought = 0;
    for (let end = (found.length + 1) * blockSize; end < count && brought < room; end += blockSize) {
      const hash = chain.at(tokens, end);
      const swapped = this.#swapped.get(hash);
      if (!swapped || !isEqual(swapped.content.tokens, tokens.subarray(end - blockSize, end))) break;
      const block = this.#kv.adopt(swapped.content);
      if (block === null) break;
      this.#swapped.delete(hash);
      this.#returning.push({ block, swapped });
      brought++;
    }
    return brought;
  }

  /** Whether `transfer` has anything to do before the next step. */
  get isBusy(): boolean {
    return this.#leaving.length + this.#returning.length > 0;
  }

  /** Copies out what the step would overwrite, then in what it reads. */
  async transfer(runner: Runner): Promise<void> {
    const [leaving, returning] = [this.#leaving, this.#returning];
    this.#leaving = [];
    this.#returning = [];
    if (leaving.length > 0) {
      const bytes = await runner.readBlocks(leaving.map(({ block }) => block));
      const each = bytes.length / leaving.length;
      for (const [i, { swapped }] of leaving.entries()) swapped.bytes = bytes.slice(i * each, (i + 1) * each);
      this.#copiedOut += leaving.length;
    }
    if (returning.length === 0) return;
    const bytes = new Uint8Array(returning.length * runner.blockBytes);
    for (const [i, { swapped }] of returning.entries()) {
      assert(swapped.bytes, "a block comes back that never left");
      bytes.set(swapped.bytes, i * runner.blockBytes);
    }
    runner.writeBlocks(
      returning.map(({ block }) => block),
      bytes,
    );
  }
}

function isEqual(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}
