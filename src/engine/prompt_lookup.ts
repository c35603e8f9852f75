/** What drafts are looked up by, vLLM's names in brackets. */
export interface PromptLookupOptions {
  /** Most tokens of a draft (num_speculative_tokens). */
  readonly maxDraft: number;
  /** A draft follows what so many of the last tokens, or more, have in common with an earlier place (prompt_lookup_min). */
  readonly minMatch: number;
  /** More in common than this says no more (prompt_lookup_max). */
  readonly maxMatch: number;
  /** A token is drafted where the chance that it is right is greater; absent: tried out as it goes. */
  readonly leastChance?: number;
}

/** Earlier places that a lookup compares. */
const CANDIDATES = 16;
/** Weight of the newest guess in the share of good ones. */
const NEWEST = 1 / 8;
const NOWHERE = -1;

/**
 * Where the last tokens of a sequence stood before, in its prompt or its output, and what came after them there (prompt
 * lookup). An index of the places of every `minMatch` tokens, chained by their hash, which grows with the sequence.
 */
export class PromptLookup {
  readonly #options: PromptLookupOptions;
  /** [a power of two] the last place of each hash. A place is the index of the match's last token. */
  #heads = new Int32Array(0);
  /** [tokens] the place before with the same hash. */
  #before = new Int32Array(0);
  /** Tokens taken in; those matches that something follows are indexed. */
  #taken = 0;
  #guess = NOWHERE;
  #hitRate = 0.5;

  constructor(options: PromptLookupOptions) {
    this.#options = options;
  }

  /** How often the token that a lookup names is the one that comes, lately; one half until something is known. */
  get hitRate(): number {
    return this.#hitRate;
  }

  /** Takes in what came since the last time: `tokens` only ever grow. Outputs show how good the guesses are. */
  catchUp(tokens: Uint32Array, numKnown: number, promptLength: number): void {
    this.#makeRoom(tokens, numKnown);
    while (this.#taken < numKnown) {
      const next = tokens[this.#taken]!;
      if (this.#guess !== NOWHERE) this.#hitRate += NEWEST * (Number(this.#guess === next) - this.#hitRate);
      this.#index(tokens, this.#taken - 1);
      this.#taken++;
      const place = this.#taken >= promptLength ? this.#find(tokens) : NOWHERE;
      this.#guess = place === NOWHERE ? NOWHERE : tokens[place + 1]!;
    }
  }

  /** Something follows the last tokens. */
  get hasDraft(): boolean {
    return this.#guess !== NOWHERE;
  }

  /** At most `count` tokens that followed the last ones before; what repeats itself goes on so. */
  draft(tokens: Uint32Array, count: number): Uint32Array {
    const place = this.#find(tokens);
    if (place === NOWHERE) return new Uint32Array(0);
    const period = this.#taken - 1 - place;
    return Uint32Array.from({ length: count }, (_, i) => tokens[place + 1 + (i % period)]!);
  }

  /** The place that most of the last tokens, up to `maxMatch`, stand at, the latest of these; or NOWHERE. */
  #find(tokens: Uint32Array): number {
    const { minMatch, maxMatch } = this.#options;
    const last = this.#taken - 1;
    if (this.#taken <= minMatch) return NOWHERE;
    let best = NOWHERE;
    let longest = minMatch - 1;
    let place = this.#heads[this.#hash(tokens, last)]!;
    for (let i = 0; i < CANDIDATES && place !== NOWHERE && longest < maxMatch; i++) {
      let length = 0;
      while (length < maxMatch && length <= place && tokens[place - length] === tokens[last - length]) length++;
      if (length > longest) {
        longest = length;
        best = place;
      }
      place = this.#before[place]!;
    }
    return best;
  }

  #index(tokens: Uint32Array, place: number): void {
    if (place < this.#options.minMatch - 1) return;
    const hash = this.#hash(tokens, place);
    this.#before[place] = this.#heads[hash]!;
    this.#heads[hash] = place;
  }

  /** Of the `minMatch` tokens up to `place`. */
  #hash(tokens: Uint32Array, place: number): number {
    let hash = 0;
    for (let i = 0; i < this.#options.minMatch; i++) hash = Math.imul(hash ^ tokens[place - i]!, 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & (this.#heads.length - 1);
  }

  /** For so many tokens; chains stay short, as there are as many of them as tokens. */
  #makeRoom(tokens: Uint32Array, count: number): void {
    if (count <= this.#before.length) return;
    let size = Math.max(64, this.#before.length);
    while (size < count) size *= 2;
    this.#heads = new Int32Array(size).fill(NOWHERE);
    this.#before = new Int32Array(size);
    for (let place = 0; place < this.#taken - 1; place++) this.#index(tokens, place);
  }
}
