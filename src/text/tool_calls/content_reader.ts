import { isSpace, type Transcript } from "./transcript.ts";

/** Reads text outside of calls up to a marker. Whitespace waits with it, because before a call it is markup. */
export class ContentReader {
  readonly #marker: string;
  readonly #transcript: Transcript;
  #matched = 0;

  /** `marker`: its first unit must not occur in it again, so that a mismatch can only begin it anew. */
  constructor(marker: string, transcript: Transcript) {
    if (marker.indexOf(marker[0]!, 1) > 0) throw new Error(`Octavo bug: the marker ${marker} repeats its first unit`);
    this.#marker = marker;
    this.#transcript = transcript;
  }

  /** True when `unit` completes the marker, which is then held with the whitespace before it. */
  step(unit: string): boolean {
    if (unit === this.#marker[this.#matched]) {
      this.#matched++;
    } else {
      if (this.#matched > 0) this.#transcript.release();
      this.#matched = unit === this.#marker[0] ? 1 : 0;
      if (this.#matched === 0 && !isSpace(unit)) {
        this.#transcript.content(unit);
        return false;
      }
    }
    this.#transcript.hold(unit);
    if (this.#matched < this.#marker.length) return false;
    this.#matched = 0;
    return true;
  }
}
