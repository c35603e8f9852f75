/**
 * The free blocks in the order in which they are handed out: an intrusive doubly linked list over block ids, so that
 * a block can leave from the middle in O(1) and nothing is allocated after construction.
 */
export class FreeList {
  #size = 0;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** Index of the sentinel, which closes the list into a ring. */
  readonly #end: number;

  /** An empty list that can hold ids 0..capacity-1. */
  constructor(capacity: number) {
    this.#end = capacity;
    this.#next = new Int32Array(capacity + 1).fill(ABSENT);
    this.#previous = new Int32Array(capacity + 1).fill(ABSENT);
    this.#next[capacity] = capacity;
    this.#previous[capacity] = capacity;
  }

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return this.#next[id] !== ABSENT;
  }

  /** Puts `id` last: it is handed out after every block that is free now. */
  pushBack(id: number): void {
    this.#insertAfter(this.#previous[this.#end]!, id);
  }

  /** Puts `id` first: it is handed out next. */
  pushFront(id: number): void {
    this.#insertAfter(this.#end, id);
  }

  /** Takes the block that has been free the longest; undefined when the list is empty. */
  popFront(): number | undefined {
    const id = this.#next[this.#end]!;
    if (id === this.#end) return undefined;
    this.remove(id);
    return id;
  }

  remove(id: number): void {
    if (!this.has(id)) throw new Error(`Octavo bug: block ${id} is taken from the free list but is not in it`);
    const next = this.#next[id]!;
    const previous = this.#previous[id]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#next[id] = ABSENT;
    this.#previous[id] = ABSENT;
    this.#size--;
  }

  #insertAfter(previous: number, id: number): void {
    if (this.has(id)) throw new Error(`Octavo bug: block ${id} is freed twice`);
    const next = this.#next[previous]!;
    this.#next[previous] = id;
    this.#previous[id] = previous;
    this.#next[id] = next;
    this.#previous[next] = id;
    this.#size++;
  }

  /** The ids in the order in which they would be handed out. */
  *[Symbol.iterator](): IterableIterator<number> {
    for (let id = this.#next[this.#end]!; id !== this.#end; id = this.#next[id]!) yield id;
  }
}

const ABSENT = -1;
