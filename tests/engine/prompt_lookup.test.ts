import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PromptLookup } from "../../src/engine/prompt_lookup.ts";

const options = { maxDraft: 4, minMatch: 2, maxMatch: 4 };

function draftOf(tokens: readonly number[], count = 4, promptLength = tokens.length): number[] | null {
  const lookup = new PromptLookup(options);
  const all = Uint32Array.from(tokens);
  lookup.catchUp(all, all.length, promptLength);
  return lookup.hasDraft ? [...lookup.draft(all, count)] : null;
}

describe("a draft", () => {
  test("is what followed the last tokens before", () => {
    expect(draftOf([1, 2, 3, 4, 5, 6, 9, 1, 2])).toEqual([3, 4, 5, 6]);
    expect(draftOf([1, 2, 3, 4, 5, 6, 9, 1, 2], 2)).toEqual([3, 4]);
    expect(draftOf([1, 2, 3, 4, 2])).toBeNull();
    expect(draftOf([7])).toBeNull();
  });

  test("follows the place that has most in common, and of equal ones the latest", () => {
    expect(draftOf([8, 1, 2, 3, 9, 1, 2, 4, 8, 1, 2], 1)).toEqual([3]);
    expect(draftOf([1, 2, 3, 9, 1, 2, 4, 8, 1, 2], 1)).toEqual([4]);
    // Four in common are as good as five.
    expect(draftOf([5, 6, 7, 8, 9, 1, 0, 6, 7, 8, 9, 2, 5, 6, 7, 8, 9], 1)).toEqual([2]);
  });

  test("goes on with what repeats itself", () => {
    expect(draftOf([3, 3, 3])).toEqual([3, 3, 3, 3]);
    expect(draftOf([9, 1, 2, 3, 1, 2, 3, 1, 2])).toEqual([3, 1, 2, 3]);
  });

  test("follows an earlier place of the last tokens, and is there where such a place is near", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 300 }), (tokens) => {
        const draft = draftOf(tokens);
        const [a, b] = tokens.slice(-2);
        const follows = (i: number) => tokens.length > 1 && tokens[i - 1] === a && tokens[i] === b;
        const places = tokens.map((_, i) => i).filter((i) => i > 0 && i < tokens.length - 1 && follows(i));
        if (places.length === 0) expect(draft).toBeNull();
        if (draft) expect(places.some((place) => tokens[place + 1] === draft[0])).toBe(true);
        // All of the last ones share a chain, so a place that is there is found.
        if (places.length > 0) expect(draft).not.toBeNull();
      }),
    );
  });
});

test("the index grows with its sequence and answers as one made at once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 200 }), (tokens) => {
      const lookup = new PromptLookup(options);
      const all = Uint32Array.from(tokens);
      for (let known = 1; known <= all.length; known += 3) lookup.catchUp(all, known, 1);
      lookup.catchUp(all, all.length, 1);
      expect(lookup.hasDraft ? [...lookup.draft(all, 4)] : null).toEqual(draftOf(tokens));
    }),
  );
});

test("the hit rate follows how often the guess is right, in the output alone", () => {
  const lookup = new PromptLookup(options);
  const period = Uint32Array.from({ length: 60 }, (_, i) => i % 5);
  lookup.catchUp(period, 20, 20);
  expect(lookup.hitRate).toBe(0.5);
  lookup.catchUp(period, 60, 20);
  expect(lookup.hitRate).toBeGreaterThan(0.95);
  const wrong = Uint32Array.from({ length: 200 }, (_, i) => (i % 3 === 2 ? 10 + i : i % 3));
  const other = new PromptLookup(options);
  other.catchUp(wrong, 200, 10);
  expect(other.hitRate).toBeLessThan(0.1);
});
