import { assert } from "../../src/base/assert.ts";

/**
 * Contiguous memory in chunks of 2^k slots (Knuth 2.5): a request is rounded up to the next power of two, larger chunks
 * are halved on demand, and two free halves of one chunk become one again. A pool that is no power of two starts as the
 * powers it is the sum of. Of the free chunks of a size the lowest is taken.
 */
export class BuddyAllocator {
  readonly slots: number;
  /** Offsets of the free chunks of 2^k slots, at index k. */
  readonly #free: Set<number>[] = [];
  /** Offset to k of the chunks in use. */
  readonly #used = new Map<number, number>();
  #usedSlots = 0;

  constructor(slots: number) {
    assert(Number.isInteger(slots) && slots > 0, `a buddy allocator needs at least one slot, not ${slots}`);
    this.slots = slots;
    let offset = 0;
    for (let order = Math.floor(Math.log2(slots)); order >= 0; order--) {
      this.#free[order] = new Set();
      if ((slots >> order) & 1) {
        this.#free[order]!.add(offset);
        offset += 2 ** order;
      }
    }
  }

  /** Slots in chunks in use, rounding included. */
  get used(): number {
    return this.#usedSlots;
  }

  /** The offset of `size` contiguous slots; null when no free chunk is large enough. */
  allocate(size: number): number | null {
    const order = orderFor(size);
    let from = order;
    while (from < this.#free.length && this.#free[from]!.size === 0) from++;
    if (from >= this.#free.length) return null;
    const offset = Math.min(...this.#free[from]!);
    this.#free[from]!.delete(offset);
    while (from > order) this.#free[--from]!.add(offset + 2 ** from);
    this.#used.set(offset, order);
    this.#usedSlots += 2 ** order;
    return offset;
  }

  free(offset: number): void {
    let order = this.#used.get(offset);
    assert(order !== undefined, `nothing is allocated at ${offset}`);
    this.#used.delete(offset);
    this.#usedSlots -= 2 ** order;
    while (order + 1 < this.#free.length && this.#free[order]!.delete(offset ^ (2 ** order))) {
      offset &= ~(2 ** order);
      order++;
    }
    this.#free[order]!.add(offset);
  }

  /** The free chunks as [offset, slots], from the lowest. */
  freeChunks(): (readonly [number, number])[] {
    const chunks = this.#free.flatMap((offsets, order) => [...offsets].map((offset) => [offset, 2 ** order] as const));
    return chunks.toSorted(([a], [b]) => a - b);
  }
}

function orderFor(size: number): number {
  assert(Number.isInteger(size) && size > 0, `${size} slots were asked for`);
  return Math.ceil(Math.log2(size));
}
