import { anyOf, choice, type Node, oneOf, type Range, sequence, text } from "./ebnf.ts";
import { complement, includes, without } from "./ranges.ts";
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

/** One character of a string in any of its spellings. */
export const STRING_CHARACTER: Node = choice([
  oneOf(...PLAIN),
  sequence(text("\\"), choice([anyOf('"\\/bfnrt'), UNICODE])),
]);

/** Characters within a JSON string, each in one spelling. Control characters without a short one are left out. */
export const withinString: Alphabet = (ranges, fail) => {
  const plain = without(ranges, complement(PLAIN));
  const items: Node[] = plain.length > 0 ? [oneOf(...plain)] : [];
  for (const [code, spelling] of SHORT) if (includes(ranges, code)) items.push(text(spelling));
  return items.length > 0 ? choice(items) : fail("matches no character that JSON text can have");
};

/** Characters that stand for themselves. */
export const plainText: Alphabet = (ranges, fail) => {
  const characters = without(ranges, []);
  return characters.length > 0 ? oneOf(...characters) : fail("matches no character");
};

export const quoted = (content: Node): Node => sequence(text('"'), content, text('"'));
