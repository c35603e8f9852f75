import { describe, expect, test } from "bun:test";
import { NOT_A_TOKEN } from "../../src/contracts/device.ts";
import { lowestKept } from "../../src/reference/filters.ts";
import { sampleRow } from "../../src/reference/sample.ts";

const plain = { temperature: 1, topK: 0, topP: 1, seedLow: 1, seedHigh: 0, position: 0, minP: 0, typicalP: 1 };
const row = (...logits: number[]) => Float32Array.from(logits);

describe("lowestKept", () => {
  test("keeps ties at the k-th place", () => {
    expect(lowestKept(row(1, 4, 3, 3, 3, 0), 4, { ...plain, topK: 2 })).toBe(3);
  });

  test("keeps the fewest that reach top_p, and at least one", () => {
    // exp: 8/15, 4/15, 2/15, 1/15.
    const logits = row(0, Math.LN2, 2 * Math.LN2, 3 * Math.LN2);
    const kept = (topP: number) =>
      logits.filter((logit) => logit >= lowestKept(logits, logits[3]!, { ...plain, topP }));
    expect([1e-9, 0.53, 0.54, 0.8, 0.81, 0.94].map((topP) => kept(topP).length)).toEqual([1, 1, 2, 2, 3, 4]);
  });

  test("renormalises after top-k", () => {
    const logits = row(0, Math.LN2, 2 * Math.LN2, 3 * Math.LN2);
    // Of the two that top-k leaves the first has 2/3.
    expect(lowestKept(logits, logits[3]!, { ...plain, topK: 2, topP: 0.6 })).toBe(logits[3]!);
  });
});

describe("sampleRow", () => {
  test("is greedy below 1e-5, the lowest of equals", () => {
    expect(sampleRow(row(1, 5, -0, 5), { ...plain, temperature: 9e-6 })).toBe(1);
  });

  test("never chooses a masked token", () => {
    const logits = row(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
    for (let position = 0; position < 100; position++) expect(sampleRow(logits, { ...plain, position })).toBe(1);
  });

  test("has no token for logits that are not finite", () => {
    for (const logits of [row(0, Number.NaN), row(0, Number.POSITIVE_INFINITY), row(Number.NEGATIVE_INFINITY)]) {
      expect(sampleRow(logits, plain)).toBe(NOT_A_TOKEN);
    }
  });
});
