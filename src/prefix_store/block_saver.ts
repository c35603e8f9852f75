import type { FindableBlocks } from "../contracts/prefix_store.ts";
import type { PrefixHash } from "../kv/hash_chain.ts";
import type { BlockDirectory } from "./block_directory.ts";
import { type BlockFile, encodeBlock } from "./block_file.ts";
import type { BlockMemory, Warn } from "./block_memory.ts";

/** Most blocks, and bytes, read back from the device between two steps. */
const BATCH_BLOCKS = 8;
const BATCH_BYTES = 8 * 2 ** 20;

/** Blocks that may wait to be written; the longest waiting give way. */
const MAX_WAITING = 65536;

/** A prefix used again within this time (ms) need not be touched again on disk. */
const FRESH = 60_000;

/** How long (ms) nothing is written after the disk refused: it may have been full. */
const PAUSE = 60_000;

/**
 * Writes reused blocks. A step pays for the copy of a few blocks on the device's own queue; the bytes arrive, are hashed
 * and written while the next steps run, and no more are read back before these are on disk.
 */
export class BlockSaver {
  readonly #directory: BlockDirectory;
  readonly #memory: BlockMemory;
  readonly #fingerprint: Uint8Array;
  readonly #warn: Warn;
  readonly #now: () => number;
  readonly #batch: number;
  #blocks: FindableBlocks | null = null;
  #wake: () => void = () => {};
  /** What is not on disk yet, in the order of its use, and the last use of each. */
  readonly #waiting = new Map<PrefixHash, number>();
  /** What is, and was used. */
  readonly #touched = new Map<PrefixHash, number>();
  /** The last block of a prefix used lately, and when. */
  readonly #fresh = new Map<PrefixHash, number>();
  #work: Promise<void> | null = null;
  #pausedUntil = 0;
  #failing = false;
  #written = 0;

  /** `now`: milliseconds since the epoch. */
  constructor(directory: BlockDirectory, memory: BlockMemory, fingerprint: Uint8Array, warn: Warn, now: () => number) {
    this.#directory = directory;
    this.#memory = memory;
    this.#fingerprint = fingerprint;
    this.#warn = warn;
    this.#now = now;
    this.#batch = Math.min(BATCH_BLOCKS, Math.max(1, Math.floor(BATCH_BYTES / memory.blockBytes)));
  }

  get written(): number {
    return this.#written;
  }

  attach(blocks: FindableBlocks, wake: () => void): void {
    this.#blocks = blocks;
    this.#wake = wake;
  }

  reused(blocks: readonly number[]): void {
    const now = this.#now();
    if (now < this.#pausedUntil) return;
    const last = this.#hashOf(blocks.at(-1)!);
    if (last !== undefined && (this.#fresh.get(last) ?? 0) > now - FRESH) return;
    blocks.forEach((block, i) => {
      const hash = this.#hashOf(block);
      if (hash === undefined) return;
      // Heads are used a little later than tails, so that tails are deleted first.
      const list = this.#directory.has(hash) ? this.#touched : this.#waiting;
      list.delete(hash);
      list.set(hash, now - i);
    });
    if (last === undefined) return;
    if (this.#fresh.size >= MAX_WAITING) this.#fresh.clear();
    this.#fresh.set(last, now);
    for (const hash of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_WAITING) break;
      this.#waiting.delete(hash);
    }
  }

  betweenSteps(): void {
    if (this.#work !== null || this.#waiting.size + this.#touched.size === 0) return;
    this.#work = this.#save().finally(() => {
      this.#work = null;
      if (this.#waiting.size + this.#touched.size > 0) this.#wake();
    });
  }

  async flush(): Promise<void> {
    while (this.#work !== null || this.#waiting.size + this.#touched.size > 0) {
      this.#wake();
      await (this.#work ?? new Promise((resolve) => setTimeout(resolve, 1)));
    }
  }

  async #save(): Promise<void> {
    const batch = this.#takeBatch();
    try {
      if (batch.length > 0) {
        const { blockBytes } = this.#memory;
        const bytes = await this.#memory.readBlocks(batch.map(({ block }) => block));
        // Large reads reach the device in pieces, between which a step may have given a block to somebody else.
        const intact = batch.map(({ block, content }) => this.#blocks!.contentOf(block) === content);
        for (const [i, { content, used }] of batch.entries()) {
          if (!intact[i]) continue;
          const payload = bytes.subarray(i * blockBytes, (i + 1) * blockBytes);
          await this.#write({ ...content, payload }, used);
        }
      }
      const touched = [...this.#touched];
      this.#touched.clear();
      for (const [hash, used] of touched) await this.#directory.touch(hash, used);
      this.#failing = false;
    } catch (error) {
      this.#giveUp(error as Error);
    }
  }

  async #write(block: BlockFile, used: number): Promise<void> {
    await this.#directory.write(block.hash, await encodeBlock(this.#fingerprint, block), used);
    this.#written++;
  }

  /** Takes waiting blocks off the list; those evicted since they were used are lost. */
  #takeBatch() {
    const batch = [];
    for (const [hash, used] of this.#waiting) {
      if (batch.length === this.#batch) break;
      this.#waiting.delete(hash);
      const block = this.#blocks!.blockOf(hash);
      if (block !== undefined) batch.push({ block, content: this.#blocks!.contentOf(block)!, used });
    }
    return batch;
  }

  /** One warning for as long as it goes on. */
  #giveUp(error: Error): void {
    if (!this.#failing) {
      this.#warn(`Cannot write to the prefix cache ${this.#directory.path}: ${error.message}; it pauses`);
    }
    this.#failing = true;
    this.#pausedUntil = this.#now() + PAUSE;
    this.#waiting.clear();
    this.#touched.clear();
    this.#fresh.clear();
  }

  #hashOf(block: number): PrefixHash | undefined {
    return this.#blocks!.contentOf(block)?.hash;
  }
}
