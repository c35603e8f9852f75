import type { Writable } from "node:stream";

/** Where the chat shows things: replies and what commands tell on one stream, remarks and problems on another. */
export interface Screen {
  /** A piece of a reply. */
  reply(text: string): void;
  /** Whole lines. */
  tell(text: string): void;
  /** A sentence beside the conversation. */
  remark(text: string): void;
  problem(text: string): void;
}

/** What a model or a server says must not steer the terminal. */
const CONTROLS = /(?![\n\t])\p{Cc}/gu;

const DIM = 2;
const RED = 31;

/**
 * On a terminal remarks are dim, problems red (with `colour`), and control characters are left out; elsewhere the text
 * goes out as it is.
 */
export function openScreen(out: Writable, err: Writable, terminal: boolean, colour: boolean): Screen {
  const clean = (text: string) => (terminal ? text.replace(CONTROLS, "") : text);
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${clean(text)}\x1b[0m` : clean(text));
  return {
    reply: (text) => void out.write(clean(text)),
    tell: (text) => void out.write(`${clean(text)}\n`),
    remark: (text) => void err.write(`${paint(DIM, text)}\n`),
    problem: (text) => void err.write(`${paint(RED, text)}\n`),
  };
}
