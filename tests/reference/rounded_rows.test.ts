import { expect, test } from "bun:test";
import fc from "fast-check";
import { RoundedRow } from "../../src/reference/rounded_rows.ts";

function rounded(values: readonly number[]): RoundedRow {
  const row = new RoundedRow(values.length);
  row.round(Float32Array.from([7, ...values]), 1, values.length);
  return row;
}

const numbers = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) });

test("every element is the nearest multiple of its chunk's scale, and the largest is 127 of them", () => {
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 4, maxLength: 100 }), (values) => {
      const { quants, scales } = rounded(values);
      expect(scales.length).toBe(Math.ceil(values.length / 32));
      scales.forEach((scale, chunk) => {
        const part = values.slice(32 * chunk, 32 * chunk + 32);
        const largest = Math.max(...part.map(Math.abs));
        const integers = quants.subarray(32 * chunk, 32 * chunk + 32);
        if (largest < 2 ** -90) {
          expect(scale).toBe(0);
          expect(integers.every((quant) => quant === 0)).toBe(true);
          return;
        }
        expect(scale / (largest / 127)).toBeCloseTo(1, 6);
        expect(Math.max(...integers.map(Math.abs))).toBe(127);
        integers.forEach((quant, i) => {
          expect(Number.isInteger(quant)).toBe(true);
          // What f32 leaves of 127 may fall on either side of a half.
          expect(Math.abs(quant * scale - (part[i] ?? 0))).toBeLessThanOrEqual(scale * (0.5 + 127 * 2 ** -21));
        });
      });
    }),
  );
});

test("ties go to the even one", () => {
  // A scale of 2: 1 / scale is exact.
  const { quants, scales } = rounded([254, 1, 3, 5, -1, -3]);
  expect(scales[0]).toBe(2);
  expect([...quants.subarray(0, 6)].map((quant) => quant + 0)).toEqual([127, 0, 2, 2, 0, -2]);
});

test("a chunk with a number that is not finite has NaN as its scale, and others are as they were", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const { quants, scales } = rounded([1, bad, ...Array.from({ length: 40 }, () => 2)]);
    expect(scales[0]).toBeNaN();
    expect(quants.subarray(0, 32).every((quant) => quant === 0)).toBe(true);
    expect(scales[1]).toBe(Math.fround(2 / 127));
    expect(quants[33]).toBe(127);
  }
});
