/**
 * A queue with one consumer: the producer pushes without waiting, the consumer iterates. `onReturn` runs when the
 * consumer leaves before the end.
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  #ended = false;
  #error: Error | null = null;
  /** Answers the consumer that waits. */
  #give: ((result: IteratorResult<T> | Promise<IteratorResult<T>>) => void) | null = null;
  readonly #onReturn: () => void;

  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** Items that wait for the consumer. */
  get size(): number {
    return this.#items.length;
  }

  /** Nothing more is accepted: the producer is done, or the consumer has left. */
  get ended(): boolean {
    return this.#ended;
  }

  push(item: T): void {
    const give = this.#give;
    this.#give = null;
    if (give) give({ done: false, value: item });
    else this.#items.push(item);
  }

  /** No more items; those queued are still delivered. */
  end(): void {
    this.#ended = true;
    const give = this.#give;
    this.#give = null;
    give?.(this.#last());
  }

  /** Like `end`, but the consumer gets `error` after the queued items. */
  fail(error: Error): void {
    this.#error = error;
    this.end();
  }

  /** One promise an item, however it comes: this is called for every token of every request. */
  next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) return Promise.resolve({ done: false, value: this.#items.shift()! });
    if (this.#ended) return this.#last();
    return new Promise((resolve) => {
      this.#give = resolve;
    });
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#ended) {
      this.#items.length = 0;
      this.end();
      this.#onReturn();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #last(): Promise<IteratorResult<T>> {
    const error = this.#error;
    this.#error = null;
    if (error) throw error;
    return { done: true, value: undefined };
  }
}
