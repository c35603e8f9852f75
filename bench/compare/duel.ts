import { median } from "../lib/statistics.ts";
import { type ContestantProcess, TimedOut } from "./contestant_process.ts";
import type { Answer, Question } from "./questions.ts";

/** What both are measured at. */
export type Case =
  | { readonly kind: "prefill"; readonly tokens: number }
  | { readonly kind: "decode"; readonly sequences: number; readonly prompt: number };

export interface DuelOptions {
  readonly rounds: number;
  /** About how long one measurement of the slower one may take. */
  readonly budgetSeconds: number;
  /** After which somebody counts as hanging; compiling for the first time is waited for, too. */
  readonly timeoutSeconds: number;
  readonly onProgress: (text: string) => void;
}

/** Tokens per second, one for each round; or why there are none. */
export type Outcome = { readonly rates: readonly number[] } | { readonly failure: string };

export interface DuelResult {
  readonly case: Case;
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

/** Decode steps of the two warm-ups, of which the second is timed, and the bounds of those measured. */
const COMPILING_STEPS = 2;
const WARM_STEPS = 4;
const MOST_STEPS = 64;

/**
 * Measures two contestants in turn, case by case within a round, so that whatever else the machine does meets both. Who
 * fails or hangs at a case is left out of it, and the other is measured alone.
 */
export async function duel(
  us: ContestantProcess,
  them: ContestantProcess,
  cases: readonly Case[],
  options: DuelOptions,
): Promise<DuelResult[]> {
  const results: DuelResult[] = [];
  for (const item of cases) {
    const sides = [new Side(us, item, options), new Side(them, item, options)] as const;
    let slowest = 0;
    for (const side of sides) slowest = Math.max(slowest, await side.warm());
    const steps = Math.max(WARM_STEPS, Math.min(MOST_STEPS, Math.floor(options.budgetSeconds / slowest)));
    for (let round = 0; round < options.rounds; round++) {
      // Whoever is first in one round is second in the next.
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side.measure(steps, round + 1);
    }
    const [ours, theirs] = [sides[0].outcome, sides[1].outcome];
    results.push({ case: item, ours, theirs });
    options.onProgress(`${caseName(item)}: ${show(ours)} against ${show(theirs)} tokens/s`);
  }
  return results;
}

class Side {
  readonly #contestant: ContestantProcess;
  readonly #case: Case;
  readonly #timeout: number;
  readonly #rates: number[] = [];
  #failure: string | null = null;

  constructor(contestant: ContestantProcess, item: Case, options: DuelOptions) {
    this.#contestant = contestant;
    this.#case = item;
    this.#timeout = options.timeoutSeconds;
  }

  get outcome(): Outcome {
    return this.#failure === null ? { rates: this.#rates } : { failure: this.#failure };
  }

  /** Seconds that a step takes once everything is compiled; 0 where it fails. */
  async warm(): Promise<number> {
    await this.#ask(COMPILING_STEPS, 0);
    const answer = await this.#ask(WARM_STEPS, 0);
    return answer === null ? 0 : answer.seconds / (this.#case.kind === "decode" ? WARM_STEPS : 1);
  }

  async measure(steps: number, seed: number): Promise<void> {
    const answer = await this.#ask(steps, seed);
    if (answer) this.#rates.push(tokensOf(this.#case, steps) / answer.seconds);
  }

  async #ask(steps: number, seed: number): Promise<Answer | null> {
    if (this.#failure !== null) return null;
    try {
      return await this.#contestant.ask(questionOf(this.#case, steps, seed), this.#timeout);
    } catch (error) {
      this.#failure = error instanceof TimedOut ? `hangs (${this.#timeout} s)` : (error as Error).message;
      return null;
    }
  }
}

function questionOf(item: Case, steps: number, seed: number): Question {
  return item.kind === "prefill" ? { ...item, seed } : { ...item, steps, seed };
}

function tokensOf(item: Case, steps: number): number {
  return item.kind === "prefill" ? item.tokens : item.sequences * steps;
}

export function caseName(item: Case): string {
  return item.kind === "prefill" ? `prefill of ${item.tokens}` : `decode of ${item.sequences}`;
}

/** The middle rate; NaN where there is none. */
export function rateOf(outcome: Outcome): number {
  return "rates" in outcome ? median(outcome.rates) : Number.NaN;
}

export function show(outcome: Outcome): string {
  return "rates" in outcome ? rateOf(outcome).toPrecision(3) : outcome.failure;
}
