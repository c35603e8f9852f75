import { assert } from "../base/assert.ts";
import { FreeList } from "./free_list.ts";

/** Block 0 stands for "no block": it is never handed out, so a zeroed block table entry reads no one's data. */
export const NULL_BLOCK = 0;

/**
 * The physical blocks of the KV cache and how many holders each has (PagedAttention paper, section 4.2 and 4.3).
 * Ids run from 1 to numBlocks; all of them exist from the start.
 */
export class BlockPool {
  readonly numBlocks: number;
  readonly #references: Int32Array;
  readonly #free: FreeList;

  constructor(numBlocks: number) {
    assert(Number.isInteger(numBlocks) && numBlocks > 0, `a block pool needs at least one block, not ${numBlocks}`);
    this.numBlocks = numBlocks;
    this.#references = new Int32Array(numBlocks + 1);
    this.#free = new FreeList(numBlocks + 1);
    for (let id = 1; id <= numBlocks; id++) this.#free.pushBack(id);
  }

  get free(): number {
    return this.#free.size;
  }

  get used(): number {
    return this.numBlocks - this.#free.size;
  }

  /** Hands out a block with one reference. The caller has checked `free`. */
  allocate(): number {
    const id = this.#free.popFront();
    assert(id !== undefined, "a block was allocated from an empty pool");
    this.#references[id] = 1;
    return id;
  }

  references(id: number): number {
    return this.#references[id]!;
  }

  isShared(id: number): boolean {
    return this.#references[id]! > 1;
  }

  /** One more holder. A free block leaves the free list with its content, wherever in the list it stands. */
  retain(id: number): void {
    if (this.#references[id]!++ === 0) this.#free.remove(id);
  }

  /**
   * Gives up one reference; true when it was the last and the block is free again. Content worth keeping goes to the
   * end of the free list, so that the longest unused is evicted first; the rest is handed out before it.
   */
  release(id: number, keep: boolean): boolean {
    assert(this.#references[id]! > 0, `block ${id} is released while free`);
    if (--this.#references[id]! > 0) return false;
    if (keep) this.#free.pushBack(id);
    else this.#free.pushFront(id);
    return true;
  }

  /** Blocks with more than one reference. */
  countShared(): number {
    let shared = 0;
    for (let id = 1; id <= this.numBlocks; id++) if (this.#references[id]! > 1) shared++;
    return shared;
  }

  /** The free blocks, next to be handed out first. */
  freeOrder(): number[] {
    return [...this.#free];
  }

  /** Throws unless every block is either free with no reference or held with at least one. */
  checkIntegrity(): void {
    assert(this.#references[NULL_BLOCK] === 0 && !this.#free.has(NULL_BLOCK), "the null block is in use");
    let listed = 0;
    for (const id of this.#free) {
      assert(this.#references[id] === 0, `block ${id} is free and has ${this.#references[id]} references`);
      assert(++listed <= this.#free.size, "the free list does not end");
    }
    assert(listed === this.#free.size, `the free list holds ${listed} blocks but counts ${this.#free.size}`);
    let held = 0;
    for (let id = 1; id <= this.numBlocks; id++) if (this.#references[id]! > 0) held++;
    assert(held + listed === this.numBlocks, `${held} held + ${listed} free blocks are not ${this.numBlocks}`);
  }
}
