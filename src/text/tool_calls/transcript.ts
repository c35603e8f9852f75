import type { ToolCallEvent } from "./events.ts";

/** Whitespace as JSON knows it. */
export function isSpace(unit: string): boolean {
  return unit === " " || unit === "\n" || unit === "\r" || unit === "\t";
}

/** Writes down what a parser finds out. Between two events it holds the text of which it is open what it will be. */
export class Transcript {
  #events: ToolCallEvent[] = [];
  #held = "";
  #calls = 0;
  #afterCall = false;

  hold(text: string): void {
    this.#held += text;
  }

  /** What was held is markup. */
  drop(): void {
    this.#held = "";
  }

  /** What was held is content. */
  release(): void {
    this.content("");
  }

  /** Gives back what was held, to be read in another way. */
  takeHeld(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  /** What was held is content, and so is `text`. */
  content(text: string): void {
    const all = this.takeHeld() + text;
    if (all === "") return;
    this.#afterCall = false;
    const last = this.#events.at(-1);
    if (last?.type === "content") this.#events[this.#events.length - 1] = { ...last, text: last.text + all };
    else this.#events.push({ type: "content", text: all });
  }

  /** What was held is the markup that begins a call. */
  call(name: string): void {
    this.drop();
    this.#events.push({ type: "call", index: this.#calls++, name });
  }

  /** Of the last call. */
  arguments(text: string): void {
    const last = this.#events.at(-1);
    if (last?.type === "arguments") this.#events[this.#events.length - 1] = { ...last, text: last.text + text };
    else this.#events.push({ type: "arguments", index: this.#calls - 1, text });
  }

  /** The last call is complete. */
  end(): void {
    this.#afterCall = true;
    this.#events.push({ type: "end", index: this.#calls - 1 });
  }

  take(): readonly ToolCallEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** No text follows: what was held is content, but for whitespace after a call. */
  finish(): readonly ToolCallEvent[] {
    if (this.#afterCall && this.#held.trim() === "") this.drop();
    this.release();
    return this.take();
  }
}
