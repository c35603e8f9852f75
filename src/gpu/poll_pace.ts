/** Weight of the newest wait in the mean. */
const NEWEST = 0.2;
/** Waits, or their first part, of so many ms are not slept through: a timer's pause, about 1 ms, would be too much of them. */
const SHORT = 10;
/** The same while the GPU has more to do, and loses nothing by a late notice but its lead. */
const SHORT_WITH_MORE = 2.5;

/**
 * Waits for the GPU without keeping a core busy. Dawn asks whether it is done each time round the event loop, with the
 * global `setImmediate`; a software adapter needs that core itself. So, while Dawn's own code runs and only then, another
 * function stands in its place, which sleeps between two questions where waits are long, or this one already is.
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
      return await this.#runDawn(began, begin);
    } finally {
      this.#pending--;
      this.#expected += NEWEST * (this.#age(began) - this.#expected);
      this.#lastDone = performance.now();
    }
  }

  /** How long a wait that began at `began` has been the GPU's next to end, in ms. */
  #age(began: number): number {
    return performance.now() - Math.max(began, this.#lastDone);
  }

  /** Synchronously. The wait that it belongs to began at `began`. */
  #runDawn<T>(began: number, code: () => T): T {
    const plain = globalThis.setImmediate;
    const askLater = (ask: () => void): unknown => {
      const again = () => this.#runDawn(began, ask);
      const expected = Math.max(this.#expected, this.#age(began));
      return expected < (this.#pending > 1 ? SHORT_WITH_MORE : SHORT) ? plain(again) : setTimeout(again, 1);
    };
    globalThis.setImmediate = askLater as typeof plain;
    try {
      return code();
    } finally {
      globalThis.setImmediate = plain;
    }
  }
}
