import type { GrammarSource, TokenMatcher } from "../../src/contracts/grammar.ts";
import { DEFAULT_LIMITS, type GrammarLimits, WorkerGrammars } from "../../src/grammar/grammars.ts";
import { jsonText } from "../../src/grammar/json_text.ts";
import type { Vocabulary } from "../../src/grammar/protocol.ts";

export const END = 0;

/** Never in UTF-8, or not before every continuation; xgrammar allows that, and the detokenizer replaces it. */
const AMBIGUOUS: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xe0, 0xed, 0xf0, 0xf4]);

/** Every other byte, and some longer pieces, some of which cross the borders of strings and members. */
export const PIECES: readonly Uint8Array[] = [
  new Uint8Array(),
  ...Array.from({ length: 256 }, (_, byte) =>
    AMBIGUOUS.has(byte) || byte > 0xf4 ? new Uint8Array() : Uint8Array.of(byte),
  ),
  ...[
    '": ',
    '", "',
    '"}',
    '{"',
    '["',
    '"]',
    ", ",
    "true",
    "false",
    "null",
    "10",
    "12",
    "-1",
    "ab",
    "abc",
    "é",
    "0.5",
    "2024-",
  ].map((text) => new TextEncoder().encode(text)),
];

export function vocabulary(pieces: readonly Uint8Array[] = PIECES): Vocabulary {
  const offsets = new Uint32Array(pieces.length + 1);
  for (const [i, piece] of pieces.entries()) offsets[i + 1] = offsets[i]! + piece.length;
  return { bytes: Uint8Array.from(pieces.flatMap((piece) => [...piece])), offsets, endIds: [END] };
}

export function testGrammars(limits: Partial<GrammarLimits> = {}): WorkerGrammars {
  return new WorkerGrammars(() => vocabulary(), { ...DEFAULT_LIMITS, ...limits });
}

export const never = new AbortController().signal;

export async function open(grammars: WorkerGrammars, source: GrammarSource): Promise<TokenMatcher> {
  return (await grammars.compile(source, never)).open();
}

/** The tokens that the matcher allows now. */
export async function allowed(matcher: TokenMatcher): Promise<number[]> {
  await matcher.ready();
  if (matcher.failure !== null) throw new Error(matcher.failure);
  const mask = matcher.mask!;
  return PIECES.map((_, id) => id).filter((id) => (mask[id >>> 5]! >>> (id & 31)) & 1);
}

/** A walk that had not come to an end after so many tokens. */
export class EndlessWalk extends Error {}

/** A text that a matcher of the grammar leads to where every token is as likely as the next; it ends when it may, after a while. */
export async function written(
  grammars: WorkerGrammars,
  source: GrammarSource,
  random: () => number,
  steps = 4000,
): Promise<string> {
  const matcher = await open(grammars, source);
  const bytes: number[] = [];
  try {
    for (let step = 0; step < steps; step++) {
      const ids = await allowed(matcher);
      if (ids.length === 0) throw new Error(`nothing may follow ${JSON.stringify(text(bytes))}`);
      const ends = ids.includes(END) && (ids.length === 1 || step > 20 || random() < 0.3);
      // Closing brackets and quotes are likelier the longer it gets.
      const closing = step > 60 ? ids.filter((id) => /^["}\]]/.test(text([...PIECES[id]!]))) : [];
      const choices = closing.length > 0 && random() < 0.7 ? closing : ids.filter((id) => id !== END);
      if (ends) return text(bytes);
      const id = choices[Math.floor(random() * choices.length)]!;
      bytes.push(...PIECES[id]!);
      matcher.accept(id);
    }
    throw new EndlessWalk(`never ended: ${text(bytes).slice(0, 300)}`);
  } finally {
    matcher.close();
  }
}

/** Whether the grammar leads to the value's text, byte by byte. Each byte's token is one above it. */
export async function accepts(grammars: WorkerGrammars, source: GrammarSource, value: unknown): Promise<boolean> {
  const matcher = await open(grammars, source);
  try {
    for (const byte of new TextEncoder().encode(jsonText(value))) {
      if (!(await allowed(matcher)).includes(byte + 1)) return false;
      matcher.accept(byte + 1);
    }
    return (await allowed(matcher)).includes(END);
  } finally {
    matcher.close();
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const text = (bytes: readonly number[]) => {
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return "\ufffd";
  }
};

/** Numbers from 0 to 1, always the same ones. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
