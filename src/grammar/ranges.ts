/** Code points, both ends included. */
export type Range = readonly [first: number, last: number];

/** Sets of code points. Surrogates are no characters and in none of them. */
export const DIGIT: readonly Range[] = [[0x30, 0x39]];
export const WORD: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const SPACE: readonly Range[] = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
];
/** What `.` does not match, as in Python. ECMAScript's U+2028 and U+2029 are not told apart from others beyond ASCII. */
export const LINE_BREAK: readonly Range[] = [
  [10, 10],
  [13, 13],
];
const SURROGATES: Range = [0xd800, 0xdfff];
const LAST = 0x10ffff;

/** All characters that are not in `ranges`. */
export function complement(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges, SURROGATES].sort((a, b) => a[0] - b[0]);
  const rest: Range[] = [];
  let next = 0;
  for (const [first, last] of sorted) {
    if (first > next) rest.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= LAST) rest.push([next, LAST]);
  return rest;
}

/** The characters of `ranges` that are not in `others`, sorted and without overlaps. */
export function without(ranges: readonly Range[], others: readonly Range[]): Range[] {
  return complement([...complement(ranges), ...others]);
}

export function includes(ranges: readonly Range[], code: number): boolean {
  return ranges.some(([first, last]) => first <= code && code <= last);
}
