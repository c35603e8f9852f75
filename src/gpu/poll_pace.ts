/** Weight of the newest wait in the mean. */
const NEWEST = 0.2;
/** Waits shorter than so many ms are not slept through: a timer's pause, about 1 ms, would be too much of them. */
const SHORT = 10;
/** The same while the GPU has more to do, and loses nothing by a late notice but its lead. */
const SHORT_WITH_MORE = 2.5;

/**
 * Waits for the GPU without keeping a core busy. Dawn asks whether it is done each time round the event loop, with the
 * global `setImmediate`; a software adapter needs that core itself. So, while Dawn's own code runs and only then, another
 * function stands in its place, which sleeps between two questions where the wait is long enough.
 */
export class PollPace {
  #pending = 0;
  /** Mean of the last waits, in ms. */
  #expected = 0;
  #lastDone = 0;

  /** Begins something asynchronous of Dawn's and waits for it. */
  async wait<T>(begin: () => Promise<T>): Promise<T> {
    const began = performance.now();
    this.#pending++;
    try {
      return await this.#runDawn(begin);
    } finally {
      this.#pending--;
      const now = performance.now();
      this.#expected += NEWEST * (now - Math.max(began, this.#lastDone) - this.#expected);
      this.#lastDone = now;
    }
  }

  /** Synchronously. */
  #runDawn<T>(code: () => T): T {
    const plain = globalThis.setImmediate;
    const askLater = (ask: () => void): unknown => {
      const again = () => this.#runDawn(ask);
      return this.#expected < (this.#pending > 1 ? SHORT_WITH_MORE : SHORT) ? plain(again) : setTimeout(again, 1);
    };
    globalThis.setImmediate = askLater as typeof plain;
    try {
      return code();
    } finally {
      globalThis.setImmediate = plain;
    }
  }
}
