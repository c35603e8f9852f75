import type { GenerationEngine } from "../contracts/generation.ts";

/** How far the averages look back: seconds of computing, and sequences. */
const RATE_WINDOW_MS = 10_000;
const LENGTH_WINDOW = 64;

const MAX_SECONDS = 60;

/** How soon a full queue will have been worked off, by what the engine computed lately. */
export class LoadForecast {
  readonly #now: () => number;
  /** Decaying sums. */
  #tokens = 0;
  #elapsed = 0;
  #steppedAt: number | null = null;
  /** Moving mean of the tokens a sequence generates; null until the first has ended. */
  #outputTokens: number | null = null;
  #forecast = { at: Number.NEGATIVE_INFINITY, seconds: 1 };

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts the tokens of a step, of prompts and outputs alike. */
  step(tokens: number): void {
    const now = this.#now();
    // A long pause was an idle engine, which says nothing about how fast it is.
    const elapsed = this.#steppedAt === null ? 0 : Math.min(now - this.#steppedAt, RATE_WINDOW_MS);
    const decay = Math.exp(-elapsed / RATE_WINDOW_MS);
    this.#tokens = this.#tokens * decay + (this.#steppedAt === null ? 0 : tokens);
    this.#elapsed = this.#elapsed * decay + elapsed;
    this.#steppedAt = now;
  }

  /** A sequence has ended with so many tokens of output. */
  ended(outputTokens: number): void {
    const mean = this.#outputTokens ?? outputTokens;
    this.#outputTokens = mean + (outputTokens - mean) / LENGTH_WINDOW;
  }

  /**
   * Whole seconds until those who wait now will have been served, 1 to 60: their prompts, and outputs of the usual length,
   * at the rate of late. Worked out at most once a second, for it is asked most when there is least time.
   */
  retryAfter(engine: GenerationEngine): number {
    const now = this.#now();
    if (now - this.#forecast.at < 1000) return this.#forecast.seconds;
    let waiting = 0;
    for (const { tokens } of engine.kvState().waiting) waiting += tokens + (this.#outputTokens ?? 0);
    const perSecond = this.#elapsed === 0 ? 0 : (this.#tokens / this.#elapsed) * 1000;
    const seconds = perSecond === 0 ? 1 : Math.ceil(waiting / perSecond);
    this.#forecast = { at: now, seconds: Math.min(MAX_SECONDS, Math.max(1, seconds)) };
    return this.#forecast.seconds;
  }
}
