import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Lines from a terminal or a pipe. On a terminal they can be edited and found again with the arrow keys; what is typed
 * while nobody asks is not shown, and waits for the next question.
 */
export class LineInput {
  readonly #readline: Interface;
  readonly #echo: Echo | null;
  readonly #ahead: string[] = [];
  #take: ((line: string | null) => void) | null = null;
  #closed = false;

  /** @param terminal where lines are edited; null where `input` is a pipe or a file */
  constructor(input: NodeJS.ReadableStream, terminal: NodeJS.WriteStream | null, onInterrupt: () => void) {
    this.#echo = terminal && new Echo(terminal);
    this.#readline = createInterface({ input, ...(this.#echo && { output: this.#echo }), terminal: terminal !== null });
    this.#readline.on("line", (line) => this.#arrived(line));
    // The terminal is in raw mode, where Ctrl-C is a key and not a signal.
    this.#readline.on("SIGINT", onInterrupt);
    this.#readline.on("close", () => {
      this.#closed = true;
      if (this.#take) this.#echo?.through("\n");
      this.#give(null);
    });
  }

  /** The next line; null at the end of the input, or once closed. */
  next(prompt: string): Promise<string | null> {
    const line = this.#ahead.shift();
    if (line !== undefined) {
      this.#echo?.through(`${prompt}${line}\n`);
      return Promise.resolve(line);
    }
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#take = resolve;
      if (!this.#echo) return;
      this.#echo.muted = false;
      this.#readline.setPrompt(prompt);
      this.#readline.prompt(true);
    });
  }

  /** Gives the terminal back. Lines that were not asked for are dropped. */
  close(): void {
    this.#ahead.length = 0;
    this.#readline.close();
  }

  #arrived(line: string): void {
    if (this.#take) this.#give(line);
    else this.#ahead.push(line);
  }

  #give(line: string | null): void {
    if (this.#echo) this.#echo.muted = true;
    this.#take?.(line);
    this.#take = null;
  }
}

/** The terminal as the line editor sees it: silent while a reply is on the screen. */
class Echo extends Writable {
  muted = true;
  readonly #terminal: NodeJS.WriteStream;

  constructor(terminal: NodeJS.WriteStream) {
    super();
    this.#terminal = terminal;
    terminal.on("resize", () => this.emit("resize"));
  }

  get columns(): number {
    return this.#terminal.columns;
  }

  through(text: string): void {
    this.#terminal.write(text);
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    if (!this.muted) this.#terminal.write(chunk);
    done();
  }
}
