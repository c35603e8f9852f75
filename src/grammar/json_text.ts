import { anyOf, choice, type Node, oneOf, type Rules, repeat, sequence, text } from "./ebnf.ts";
import { complement, includes, type Range, without } from "./ranges.ts";
import type { Alphabet } from "./regex.ts";

/** How JSON is written here: as Python's json.dumps does it, one way for everything but strings and numbers. */
export const COMMA = ", ";
export const COLON = ": ";

/** A value on one line. */
export function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(COMMA)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => JSON.stringify(key) + COLON + jsonText(inner))
    .join(COMMA)}}`;
}

const CONTROL: Range = [0, 0x1f];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SHORT: ReadonlyMap<number, string> = new Map([
  [QUOTE, '\\"'],
  [BACKSLASH, "\\\\"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [12, "\\f"],
  [13, "\\r"],
]);

/** Characters that stand for themselves within a string. */
export const PLAIN: readonly Range[] = complement([CONTROL, [QUOTE, QUOTE], [BACKSLASH, BACKSLASH], [0x7f, 0x7f]]);

const HEX = oneOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);
/** `u` and four digits, but no halves of a surrogate pair. */
const UNICODE = sequence(
  text("u"),
  choice([
    sequence(oneOf([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]), HEX, HEX, HEX),
    sequence(anyOf("dD"), oneOf([0x30, 0x37]), HEX, HEX),
  ]),
);

/**
 * A string without bounds. Its end is part of the recursion: xgrammar goes through such a rule in one state, and through
 * a loop that may end anywhere in as many states as there were rounds.
 */
export function stringRule(rules: Rules): Node {
  const rest = rules.define("rest of a string", () => {
    const again = rules.define("rest of a string", () => text(""));
    const escaped = sequence(text("\\"), choice([anyOf('"\\/bfnrt'), UNICODE]), again);
    return choice([text('"'), sequence(oneOf(...PLAIN), again), escaped]);
  });
  return sequence(text('"'), rest);
}

/**
 * Characters within a JSON string: those that stand for themselves, and where a set has none, those with a short escape.
 */
export const withinString: Alphabet = (ranges, fail) => {
  const plain = without(ranges, complement(PLAIN));
  if (plain.length > 0) return oneOf(...plain);
  const escapes = [...SHORT].filter(([code]) => includes(ranges, code)).map(([, spelling]) => text(spelling));
  return escapes.length > 0 ? choice(escapes) : fail("matches no character that JSON text can have");
};

/** Characters that stand for themselves. */
export const plainText: Alphabet = (ranges, fail) => {
  const characters = without(ranges, []);
  return characters.length > 0 ? oneOf(...characters) : fail("matches no character");
};

export const quoted = (content: Node): Node => sequence(text('"'), content, text('"'));

/** Items up to a closing bracket, from the first on. The closing one ends the recursion, as in stringRule. */
export function listOf(item: Node, least: number, most: number | null, close: string, rules: Rules): Node {
  if (most === 0) return text(close);
  const bounded = () => {
    const more = repeat(sequence(text(COMMA), item), Math.max(0, least - 1), most === null ? null : most - 1);
    return sequence(more, text(close));
  };
  const some = sequence(item, most === null && least <= 1 ? moreOf(item, close, rules) : bounded());
  return least > 0 ? some : choice([some, text(close)]);
}

/** Further items, a comma before each, and the closing bracket. */
export function moreOf(item: Node, close: string, rules: Rules): Node {
  const key = `more ${rules.unique()}`;
  return rules.define(key, () => {
    const again = rules.define(key, () => text(""));
    return choice([text(close), sequence(text(COMMA), item, again)]);
  });
}
