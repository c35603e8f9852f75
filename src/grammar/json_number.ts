import { choice, type Node, oneOf, optional, repeat, sequence, text } from "./ebnf.ts";

const DIGIT = oneOf([0x30, 0x39]);
const NONZERO = oneOf([0x31, 0x39]);

/** Digits that are written at most, so that every reader gets the number that was meant. */
const DIGITS = 15;
/** Where a fraction has to keep to bounds: nine digits before the point and six after it are exact in an f64. */
const BOUNDED_INTEGER = 999_999_999;
const BOUNDED_DECIMALS = 6;
/** Values of a narrow range that are written out one by one. */
const MAX_LISTED = 1000;

export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** Exclusive ends. */
  readonly above: boolean;
  readonly below: boolean;
}

const INTEGER_PART = choice([text("0"), sequence(NONZERO, repeat(DIGIT, 0, DIGITS - 1))]);

/** Integers within the bounds, decimal; null where there is none. */
export function integers({ least, most, above, below }: Bounds): Node | null {
  if (least === Number.NEGATIVE_INFINITY && most === Number.POSITIVE_INFINITY) {
    return choice([text("0"), sequence(optional(text("-")), NONZERO, repeat(DIGIT, 0, DIGITS - 1))]);
  }
  const far = 10 ** DIGITS - 1;
  const first = Math.max(above && Number.isInteger(least) ? least + 1 : Math.ceil(least), -Number.MAX_SAFE_INTEGER);
  const last = Math.min(below && Number.isInteger(most) ? most - 1 : Math.floor(most), Number.MAX_SAFE_INTEGER);
  const from = least === Number.NEGATIVE_INFINITY ? Math.min(-far, last) : first;
  const to = most === Number.POSITIVE_INFINITY ? Math.max(far, first) : last;
  return from > to ? null : signed(from, to, text(""));
}

/** Numbers within the bounds, without exponents; null where there is none that is written with few digits. */
export function numbers(bounds: Bounds): Node | null {
  const { least, most } = bounds;
  if (least === Number.NEGATIVE_INFINITY && most === Number.POSITIVE_INFINITY) {
    const fraction = sequence(text("."), repeat(DIGIT, 1, DIGITS));
    return sequence(optional(text("-")), INTEGER_PART, optional(fraction));
  }
  const items = [integers(bounds), fractions(bounds)].filter((node) => node !== null);
  return items.length > 0 ? choice(items) : listed(bounds);
}

/** `k.f` lies between k and k + 1, so both ends must be within. Its last digit is not 0: it is neither of them. */
function fractions({ least, most }: Bounds): Node | null {
  const from = Math.max(Math.ceil(least), -BOUNDED_INTEGER);
  const to = Math.min(Math.floor(most), BOUNDED_INTEGER);
  const fraction = sequence(text("."), repeat(DIGIT, 0, BOUNDED_DECIMALS - 1), NONZERO);
  const items: Node[] = [];
  if (to >= 1) {
    const lower = Math.max(from, 0);
    if (lower <= to - 1) items.push(sequence(unsigned(lower, to - 1), fraction));
  }
  if (from <= -1) {
    const lower = Math.max(-to, 0);
    if (lower <= -from - 1) items.push(sequence(text("-"), unsigned(lower, -from - 1), fraction));
  }
  return items.length > 0 ? choice(items) : null;
}

function listed({ least, most, above, below }: Bounds): Node | null {
  for (let decimals = 1; decimals <= BOUNDED_DECIMALS; decimals++) {
    const scale = 10 ** decimals;
    const [from, to] = [Math.floor(least * scale), Math.ceil(most * scale)];
    if (to - from > MAX_LISTED) return null;
    const texts: string[] = [];
    for (let scaled = from; scaled <= to; scaled++) {
      const written = (scaled / scale).toFixed(decimals);
      const value = Number(written);
      if ((above ? value > least : value >= least) && (below ? value < most : value <= most)) texts.push(written);
    }
    if (texts.length >= 9 || (texts.length > 0 && decimals === BOUNDED_DECIMALS)) return choice(texts.map(text));
  }
  return null;
}

/** Multiples of a power of ten. */
export function multiples(bounds: Bounds, zeros: number): Node | null {
  const scale = 10 ** zeros;
  const { least, most, above, below } = bounds;
  const first = above && Number.isInteger(least / scale) ? least / scale + 1 : Math.ceil(least / scale);
  const last = below && Number.isInteger(most / scale) ? most / scale - 1 : Math.floor(most / scale);
  const far = 10 ** (DIGITS - zeros) - 1;
  const [from, to] = [Math.max(first, -far), Math.min(last, far)];
  return from > to ? null : signed(from, to, text("0".repeat(zeros)));
}

/** Integers from `from` to `to`, `tail` after all of them but 0. */
function signed(from: number, to: number, tail: Node): Node {
  const items: Node[] = [];
  if (from <= 0 && to >= 0) items.push(text("0"));
  if (to >= 1) items.push(sequence(unsigned(Math.max(from, 1), to), tail));
  if (from <= -1) items.push(sequence(text("-"), unsigned(Math.max(-to, 1), -from), tail));
  return choice(items);
}

function unsigned(from: number, to: number): Node {
  const items: Node[] = [];
  for (let length = String(from).length; length <= String(to).length; length++) {
    const first = Math.max(from, length === 1 ? 0 : 10 ** (length - 1));
    items.push(between(String(first), String(Math.min(to, 10 ** length - 1))));
  }
  return choice(items);
}

/** Digit strings of one length from `low` to `high`. */
function between(low: string, high: string): Node {
  const rest = low.length - 1;
  if (/^0*$/.test(low) && /^9*$/.test(high)) return repeat(DIGIT, low.length, low.length);
  const [first, last] = [low.charCodeAt(0), high.charCodeAt(0)];
  const from = (digit: number, a: string, b: string): Node => {
    const head = oneOf([digit, digit]);
    return rest === 0 ? head : sequence(head, between(a, b));
  };
  if (first === last) return from(first, low.slice(1), high.slice(1));
  const [lowTail, highTail] = [low.slice(1), high.slice(1)];
  const wholeFirst = /^0*$/.test(lowTail);
  const wholeLast = /^9*$/.test(highTail);
  const items: Node[] = [];
  if (!wholeFirst) items.push(from(first, lowTail, "9".repeat(rest)));
  const [a, b] = [wholeFirst ? first : first + 1, wholeLast ? last : last - 1];
  if (a <= b) items.push(rest === 0 ? oneOf([a, b]) : sequence(oneOf([a, b]), repeat(DIGIT, rest, rest)));
  if (!wholeLast) items.push(from(last, "0".repeat(rest), highTail));
  return choice(items);
}
