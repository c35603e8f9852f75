/** How often each token occurs in a sequence, kept up as it grows: what penalties are computed from. */
export class TokenCounts {
  /** [size, 2] token, times it occurs in the output; the prompt's tokens are there too where they are asked for. */
  pairs = new Uint32Array(64);
  readonly #places = new Map<number, number>();
  readonly #promptLength: number;
  #counted: number;

  /** @param withPrompt List the prompt's tokens, which count 0 until the output has them. */
  constructor(promptLength: number, withPrompt: boolean) {
    this.#promptLength = promptLength;
    this.#counted = withPrompt ? 0 : promptLength;
  }

  /** Different tokens so far. */
  get size(): number {
    return this.#places.size;
  }

  /** Takes in what came since the last time: `tokens` only ever grow. */
  catchUp(tokens: Uint32Array, numTokens: number): void {
    for (; this.#counted < numTokens; this.#counted++) {
      const place = this.#placeOf(tokens[this.#counted]!);
      if (this.#counted >= this.#promptLength) this.pairs[2 * place + 1]!++;
    }
  }

  #placeOf(token: number): number {
    const known = this.#places.get(token);
    if (known !== undefined) return known;
    const place = this.size;
    if (2 * place === this.pairs.length) {
      const grown = new Uint32Array(2 * this.pairs.length);
      grown.set(this.pairs);
      this.pairs = grown;
    }
    this.pairs[2 * place] = token;
    this.#places.set(token, place);
    return place;
  }
}
