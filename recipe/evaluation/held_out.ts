import entities from "../held_out.json" with { type: "json" };

/** Names, places and words that the training never sees. */
export const heldOut = entities;

function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** The tuples of numbers that the training leaves out: one in ten, by the rule of held_out.py. */
export function numbersHeldOut(...numbers: readonly number[]): boolean {
  return (fnv1a(numbers.join(",")) >>> 8) % 10 === 0;
}

/** The same numbers in [0, 1) in every run. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `count` tuples of `size` different numbers below 100 that the training leaves out. */
export function heldOutNumbers(count: number, size: number, seed: number): number[][] {
  const roll = dice(seed);
  const found: number[][] = [];
  while (found.length < count) {
    const numbers = Array.from({ length: size }, () => Math.floor(roll() * 100));
    if (new Set(numbers).size === size && numbersHeldOut(...numbers)) found.push(numbers);
  }
  return found;
}

export function cycle<T>(items: readonly T[], i: number): T {
  return items[i % items.length]!;
}
