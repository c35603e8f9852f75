/**
 * Ways to draft: a token is drafted where the chance that it is right is greater than this. Never; where it is nearly
 * sure; where it may well be.
 */
const WAYS = [1, 0.8, 0.25] as const;
/** Steps in which a way is tried. */
const TRIAL = 16;
/** Steps after which a trial is broken off that shows less than this share of what plain decoding gives. */
const GLIMPSE = 3;
const HOPELESS = 0.8;
/** Steps before all are tried again: at first, and at most, where the same way was the best time after time. */
const FIRST_STAY = 256;
const LONGEST_STAY = 4096;
/** What drafting has to gain, since trials are short. */
const LEAST_GAIN = 1.05;

/**
 * Finds out whether drafts pay in steps of one width, and how readily they should be made: tries each way for a few
 * steps, keeps to the one with the most tokens a second, and asks again, less and less often. Everything that a draft
 * costs counts, such as rows, kernels for more of them and steps that no longer overlap.
 */
export class DraftTrials {
  #way = 0;
  #isTrial = true;
  #best = 0;
  #stay = FIRST_STAY;
  #steps = 0;
  #tokens = 0;
  #ms = 0;
  /** Tokens a ms of each way, as far as they have been tried this time. */
  #rates: number[] = [];

  /** A token is drafted where its chance to be right is greater. */
  get leastChance(): number {
    return WAYS[this.#way]!;
  }

  /** A step of no prompts gave so many tokens in so many ms. */
  add(tokens: number, ms: number): void {
    this.#steps++;
    this.#tokens += tokens;
    this.#ms += ms;
    const rate = this.#tokens / this.#ms;
    if (!this.#isTrial) {
      if (this.#steps === this.#stay) this.#begin(0, true);
      return;
    }
    const isHopeless = this.#way > 0 && this.#steps >= GLIMPSE && rate < HOPELESS * this.#rates[0]!;
    if (this.#steps < TRIAL && !isHopeless) return;
    this.#rates[this.#way] = rate;
    // Where nearly sure tokens are not worth it, less sure ones are not either.
    if (isHopeless || this.#way === WAYS.length - 1) this.#decide();
    else this.#begin(this.#way + 1, true);
  }

  #decide(): void {
    const [plain, ...drafting] = this.#rates as [number, ...number[]];
    const most = Math.max(...drafting);
    const best = most > LEAST_GAIN * plain ? 1 + drafting.indexOf(most) : 0;
    this.#stay = best === this.#best ? Math.min(2 * this.#stay, LONGEST_STAY) : FIRST_STAY;
    this.#best = best;
    this.#rates = [];
    this.#begin(best, false);
  }

  #begin(way: number, isTrial: boolean): void {
    this.#way = way;
    this.#isTrial = isTrial;
    this.#steps = 0;
    this.#tokens = 0;
    this.#ms = 0;
  }
}
