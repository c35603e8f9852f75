import { assert } from "../base/assert.ts";
import { BlockPool } from "./block_pool.ts";
import { KvSequence } from "./kv_sequence.ts";

/** A block to be copied on the device before anything of the step is written. */
export interface BlockCopy {
  readonly source: number;
  readonly destination: number;
}

/**
 * The paged KV cache's book-keeping: who holds which block, without the bytes themselves (paper, section 4).
 * Synchronous and deterministic; an operation that cannot be done whole changes nothing.
 */
export class KvCache {
  readonly blockSize: number;
  readonly pool: BlockPool;
  readonly #sequences = new Set<KvSequence>();
  #copies: BlockCopy[] = [];
  #totalCopies = 0;

  constructor(numBlocks: number, blockSize: number) {
    this.blockSize = blockSize;
    this.pool = new BlockPool(numBlocks);
  }

  /** Copy-on-write copies since the start. */
  get totalCopies(): number {
    return this.#totalCopies;
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  /** A new sequence that holds nothing yet. */
  open(): KvSequence {
    const sequence = new KvSequence();
    this.#sequences.add(sequence);
    return sequence;
  }

  /**
   * Makes token slots 0..tokens-1 exist and the not yet reserved ones writable: takes new blocks on demand and, where
   * the first slot to be written lies in a block that others hold too, replaces it by a private copy (copy-on-write).
   * False, with nothing changed, when the pool has too few free blocks.
   */
  reserve(sequence: KvSequence, tokens: number): boolean {
    if (tokens <= sequence.reserved) return true;
    const { pool, blockSize } = this;
    const writeFrom = Math.floor(sequence.reserved / blockSize);
    const tail = sequence.blocks[writeFrom];
    const copyTail = tail !== undefined && this.#isShared(tail);
    const fresh = this.blocksFor(tokens) - sequence.blocks.length;
    if (fresh + (copyTail ? 1 : 0) > pool.free) return false;
    if (copyTail) {
      const destination = pool.allocate();
      sequence.blocks[writeFrom] = destination;
      // This sequence's reference to the source lives on in the pending copy, so that no one can be handed the block,
      // and write it, before it has been read.
      this.#copies.push({ source: tail, destination });
      this.#totalCopies++;
    }
    for (let i = 0; i < fresh; i++) sequence.blocks.push(pool.allocate());
    sequence.reserved = tokens;
    return true;
  }

  /**
   * A second sequence with the same content; every block is shared until one of the two writes to it. Only between
   * steps: a copy of a block that is itself about to be copied would read what is not there yet.
   */
  fork(sequence: KvSequence): KvSequence {
    assert(this.#sequences.has(sequence), "a closed sequence is forked");
    assert(this.#copies.length === 0, "a sequence is forked while copies are pending");
    const child = this.open();
    for (const block of sequence.blocks) {
      this.pool.retain(block);
      child.blocks.push(block);
    }
    child.reserved = sequence.reserved;
    return child;
  }

  /** Gives back every block, last one first, and closes the sequence. */
  release(sequence: KvSequence): void {
    assert(this.#sequences.delete(sequence), "a sequence is released twice");
    for (let i = sequence.blocks.length - 1; i >= 0; i--) {
      const block = sequence.blocks[i]!;
      if (this.pool.release(block)) this.#dropCopyTo(block);
    }
    sequence.blocks.length = 0;
    sequence.reserved = 0;
  }

  /** The copies that the step about to run must do first. Afterwards their sources may be reused. */
  takeCopies(): readonly BlockCopy[] {
    const copies = this.#copies;
    if (copies.length === 0) return copies;
    this.#copies = [];
    for (const { source } of copies) this.pool.release(source);
    return copies;
  }

  /** Token slots in use over distinct blocks; `written` tells how many tokens of a sequence are in the cache. */
  storedTokens(written: (sequence: KvSequence) => number): number {
    const filled = new Map<number, number>();
    for (const sequence of this.#sequences) {
      const tokens = written(sequence);
      sequence.blocks.forEach((block, i) => {
        const inBlock = Math.min(this.blockSize, Math.max(0, tokens - i * this.blockSize));
        filled.set(block, Math.max(filled.get(block) ?? 0, inBlock));
      });
    }
    let stored = 0;
    for (const tokens of filled.values()) stored += tokens;
    return stored;
  }

  /** Throws unless every reference is accounted for and no slot yet to be written is visible to two sequences. */
  checkIntegrity(): void {
    this.pool.checkIntegrity();
    const expected = new Int32Array(this.pool.numBlocks + 1);
    for (const sequence of this.#sequences) {
      assert(
        sequence.blocks.length === this.blocksFor(sequence.reserved),
        `${sequence.blocks.length} blocks for ${sequence.reserved} tokens of ${this.blockSize} a block`,
      );
      assert(new Set(sequence.blocks).size === sequence.blocks.length, "a block stands twice in one table");
      for (const block of sequence.blocks) expected[block]!++;
    }
    for (const { source, destination } of this.#copies) {
      expected[source]!++;
      assert(expected[destination] === 1, `copy destination ${destination} has ${expected[destination]} holders`);
    }
    for (let id = 1; id <= this.pool.numBlocks; id++) {
      const actual = this.pool.references(id);
      assert(actual === expected[id], `block ${id} has ${actual} references for ${expected[id]} holders`);
    }
  }

  /** Held by more than one sequence. A pending copy holds its source too, but has read it before anyone writes. */
  #isShared(block: number): boolean {
    if (!this.pool.isShared(block)) return false;
    const pending = this.#copies.filter((copy) => copy.source === block).length;
    return this.pool.references(block) - pending > 1;
  }

  /** The holder went before its copy was made: the block may have a new owner, who must not be overwritten. */
  #dropCopyTo(block: number): void {
    const dropped = this.#copies.find((copy) => copy.destination === block);
    if (!dropped) return;
    this.#copies = this.#copies.filter((copy) => copy !== dropped);
    this.pool.release(dropped.source);
  }
}
