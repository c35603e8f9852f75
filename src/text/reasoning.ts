import { isSpace } from "./tool_calls/transcript.ts";

const OPEN = "<think>";
const CLOSE = "</think>";

/** What has become certain of an answer. */
export interface Reasoned {
  readonly reasoning: string;
  readonly content: string;
}

/**
 * Splits `<think>reasoning</think>content`, wherever its pieces are cut. Whitespace inside the markers and after the
 * second one is left out. Held back is only what may still turn out to be markup.
 */
export class ReasoningSplitter {
  readonly #opened: boolean;
  #state: "start" | "lead" | "inside" | "after" | "content" = "start";
  /** Whitespace, then units of a marker. */
  #held = "";
  #matched = 0;
  #reasoning = "";
  #content = "";

  /** `opened`: the prompt ends with the opening marker, so the answer begins inside; it may repeat the marker. */
  constructor(opened: boolean) {
    this.#opened = opened;
  }

  push(text: string): Reasoned {
    let i = 0;
    while (i < text.length && this.#state !== "content") this.#step(text[i++]!);
    this.#content += text.slice(i);
    return this.#take();
  }

  /** What is left when no text follows. */
  flush(): Reasoned {
    this.#settle("");
    return this.#take();
  }

  #step(unit: string): void {
    if (this.#state === "start") {
      this.#start(unit);
    } else if (this.#state === "inside") {
      this.#inside(unit);
    } else if (!isSpace(unit)) {
      const lead = this.#state === "lead";
      this.#state = lead ? "inside" : "content";
      if (lead) this.#inside(unit);
      else this.#content += unit;
    }
  }

  #start(unit: string): void {
    if (unit === OPEN[this.#matched]) {
      this.#match(unit, OPEN, "lead");
    } else if (this.#matched === 0 && isSpace(unit)) {
      this.#held += unit;
    } else if (this.#opened) {
      const again = this.#held + unit;
      this.#drop("lead");
      for (let i = 0; i < again.length; i++) this.#step(again[i]!);
    } else {
      this.#settle(unit);
      this.#state = "content";
    }
  }

  #inside(unit: string): void {
    // The first unit of the marker does not occur in it again: a mismatch can only begin it anew.
    if (unit !== CLOSE[this.#matched] && this.#matched > 0) this.#settle("");
    if (unit === CLOSE[this.#matched]) this.#match(unit, CLOSE, "after");
    else if (isSpace(unit)) this.#held += unit;
    else this.#settle(unit);
  }

  #match(unit: string, marker: string, next: "lead" | "after"): void {
    this.#held += unit;
    this.#matched++;
    if (this.#matched === marker.length) this.#drop(next);
  }

  /** What was held is markup, or is read again. */
  #drop(next: "lead" | "after"): void {
    this.#held = "";
    this.#matched = 0;
    this.#state = next;
  }

  /** What was held is no markup. */
  #settle(text: string): void {
    const all = this.#held + text;
    this.#held = "";
    this.#matched = 0;
    if (this.#state === "inside" || this.#opened) this.#reasoning += all;
    else this.#content += all;
  }

  #take(): Reasoned {
    const taken = { reasoning: this.#reasoning, content: this.#content };
    this.#reasoning = "";
    this.#content = "";
    return taken;
  }
}
