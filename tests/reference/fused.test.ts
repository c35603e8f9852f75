import { expect, test } from "bun:test";
import fc from "fast-check";
import { fusedMultiplyAdd } from "../../src/reference/fused.ts";

/** An f32 as an integer times 2 ** -400, below which no product of two begins. */
function scaled(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const exponent = (bits.getUint16(0) >> 4) & 2047;
  if (exponent === 0) return 0n;
  const fraction = (bits.getBigUint64(0) & ((1n << 52n) - 1n)) | (1n << 52n);
  const size = (fraction << BigInt(exponent)) >> BigInt(1075 - 400);
  return value < 0 ? -size : size;
}

/** Whether `result` is a nearest f32 to the exact a * b + c. */
function isNearest(result: number, a: number, b: number, c: number): boolean {
  const exact = scaled(a) * scaled(b) + (scaled(c) << 400n);
  const apart = (value: number) => {
    const difference = (scaled(value) << 400n) - exact;
    return difference < 0n ? -difference : difference;
  };
  const bits = new Uint32Array(new Float32Array([result]).buffer);
  const neighbour = (step: number) => new Float32Array(Uint32Array.of(bits[0]! + step).buffer)[0]!;
  const mine = apart(result);
  const others = [neighbour(1), neighbour(-1)].map(apart);
  if (others.some((other) => other < mine)) return false;
  return (bits[0]! & 1) === 0 || others.every((other) => other !== mine);
}

const sizes = fc.tuple(fc.integer({ min: 1, max: (1 << 24) - 1 }), fc.integer({ min: -60, max: 20 }), fc.boolean());
const number = sizes.map(([fraction, exponent, negative]) => (negative ? -1 : 1) * fraction * 2 ** exponent);

test("rounds a * b + c once", () => {
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      const result = fusedMultiplyAdd(a, b, c);
      if (result !== 0) expect(isNearest(result, a, b, c)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test("where rounding twice would not do", () => {
  // 2^-24 and a trace above 1: f64 drops the trace, and f32 then takes the tie to even, downwards.
  const [a, b] = [2 ** -24 * (1 + 2 ** -23), 1 + 2 ** -23].map(Math.fround) as [number, number];
  expect(fusedMultiplyAdd(a, b, 1)).toBe(1 + 2 ** -23);
  const trace = Math.fround(2 ** -40);
  const tie = Math.fround(2 ** -24 + 2 ** -47);
  expect(fusedMultiplyAdd(trace, trace, 1)).toBe(1);
  expect(fusedMultiplyAdd(tie, 1, 1)).toBe(1 + 2 ** -23);
});

test("keeps what is not finite visible", () => {
  expect(fusedMultiplyAdd(Number.POSITIVE_INFINITY, 0, 1)).toBeNaN();
  expect(fusedMultiplyAdd(Number.POSITIVE_INFINITY, 2, 1)).toBe(Number.POSITIVE_INFINITY);
  expect(fusedMultiplyAdd(1, 1, Number.NaN)).toBeNaN();
});
