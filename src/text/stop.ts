/**
 * Finds stop strings in a text that arrives in parts. What might be the beginning of one is held back until it is
 * decided. The string whose last character comes first wins; among several that end there, the longest.
 */
export class StopMatcher {
  readonly #stops: readonly Pattern[];
  #held = "";

  /** `stops`: not empty strings. */
  constructor(stops: readonly string[]) {
    this.#stops = stops.map((text) => ({ text, fallback: fallbackTable(text), matched: 0 }));
  }

  /** The text that is certain to come before any stop string, and the stop string where one has been completed. */
  push(text: string): { text: string; stop: string | null } {
    if (this.#stops.length === 0) return { text, stop: null };
    const whole = this.#held + text;
    for (let i = this.#held.length; i < whole.length; i++) {
      const stop = this.#step(whole.charCodeAt(i));
      if (stop === null) continue;
      this.#held = "";
      return { text: whole.slice(0, i + 1 - stop.length), stop };
    }
    const held = this.#stops.reduce((most, stop) => Math.max(most, stop.matched), 0);
    this.#held = whole.slice(whole.length - held);
    return { text: whole.slice(0, whole.length - held), stop: null };
  }

  /** What was held back, when no text follows. */
  flush(): string {
    const text = this.#held;
    this.#held = "";
    return text;
  }

  /** Moves every pattern by one UTF-16 unit (Knuth, Morris and Pratt). */
  #step(unit: number): string | null {
    let completed: string | null = null;
    for (const stop of this.#stops) {
      while (stop.matched > 0 && stop.text.charCodeAt(stop.matched) !== unit)
        stop.matched = stop.fallback[stop.matched - 1]!;
      if (stop.text.charCodeAt(stop.matched) === unit) stop.matched++;
      if (stop.matched < stop.text.length) continue;
      if (completed === null || stop.text.length > completed.length) completed = stop.text;
    }
    return completed;
  }
}

interface Pattern {
  readonly text: string;
  /** [i]: length of the longest proper prefix of text that is also a suffix of text[0..i]. */
  readonly fallback: Uint32Array;
  /** Units of the pattern that the text so far ends with. */
  matched: number;
}

function fallbackTable(text: string): Uint32Array {
  const table = new Uint32Array(text.length);
  let matched = 0;
  for (let i = 1; i < text.length; i++) {
    while (matched > 0 && text[i] !== text[matched]) matched = table[matched - 1]!;
    if (text[i] === text[matched]) matched++;
    table[i] = matched;
  }
  return table;
}
