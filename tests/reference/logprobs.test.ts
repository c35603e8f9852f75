import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { likeliest, logSumExp, placeOf } from "../../src/reference/logprobs.ts";

const masked = Number.NEGATIVE_INFINITY;

/** Rows with ties and masked tokens, and at least one token that is not. */
const rows = fc
  .array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(masked)), { minLength: 1, maxLength: 40 })
  .filter((row) => row.some((logit) => logit > masked))
  .map((row) => Float32Array.from(row));

const sorted = (row: Float32Array) => [...row.keys()].sort((a, b) => (row[a] === row[b] ? a - b : row[b]! - row[a]!));

describe("log-probabilities of the reference", () => {
  test("places are those of sorting", () => {
    fc.assert(
      fc.property(rows, fc.nat(45), (row, count) => {
        const order = sorted(row);
        expect(likeliest(row, count)).toEqual(order.slice(0, count));
        for (let token = 0; token < row.length; token++) expect(placeOf(row, token)).toBe(order.indexOf(token) + 1);
      }),
    );
  });

  test("are those of a distribution", () => {
    fc.assert(
      fc.property(rows, (row) => {
        const normaliser = logSumExp(row);
        expect(row.reduce((sum, logit) => sum + Math.exp(logit - normaliser), 0)).toBeCloseTo(1, 12);
      }),
    );
  });

  test("do not overflow", () => {
    expect(logSumExp(Float32Array.of(3e38, 3e38, -3e38))).toBeCloseTo(Math.fround(3e38), -25);
    expect(logSumExp(Float32Array.of(1000, 1000, 1000, 1000)) - 1000).toBeCloseTo(Math.log(4), 12);
  });
});
