/**
 * A queue with one consumer: the producer pushes without waiting, the consumer iterates. `onReturn` runs when the
 * consumer leaves before the end.
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  #ended = false;
  #error: Error | null = null;
  #wake: (() => void) | null = null;
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
    this.#items.push(item);
    this.#notify();
  }

  /** No more items; those queued are still delivered. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** Like `end`, but the consumer gets `error` after the queued items. */
  fail(error: Error): void {
    this.#error = error;
    this.end();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#items.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#items.length > 0) return { done: false, value: this.#items.shift()! };
    const error = this.#error;
    this.#error = null;
    if (error) throw error;
    return { done: true, value: undefined };
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

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
