import { describe, expect, test } from "bun:test";
import { exponential, pcg4d, uniformOf } from "../../src/reference/noise.ts";

type Counter = readonly [number, number, number, number];

/** The published pcg4d in unbounded integers. */
function published(...counter: Counter): number {
  const word = (value: bigint) => value & 0xffffffffn;
  const v = counter.map((value) => word(BigInt(value) * 1664525n + 1013904223n)) as [bigint, bigint, bigint, bigint];
  const mix = () => {
    v[0] = word(v[0] + v[1] * v[3]);
    v[1] = word(v[1] + v[2] * v[0]);
    v[2] = word(v[2] + v[0] * v[1]);
    v[3] = word(v[3] + v[1] * v[2]);
  };
  mix();
  for (let i = 0; i < 4; i++) v[i]! ^= v[i]! >> 16n;
  mix();
  return Number(v[0]);
}

describe("noise", () => {
  test("is pcg4d", () => {
    const counters: readonly Counter[] = [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [0xffffffff, 0x80000000, 7, 151999],
      [123456789, 987654321, 4095, 1],
    ];
    for (const counter of counters) expect(pcg4d(...counter)).toBe(published(...counter));
  });

  test("uniform numbers stay inside (0, 1) and are exact in f32", () => {
    for (const bits of [0, 1, 2, 0xffffff, 0x1000000, 0x1000001, 0x80000000, 0xffffffff]) {
      const u = uniformOf(bits);
      expect(u).toBeGreaterThan(0);
      expect(u).toBeLessThan(1);
      expect(Math.fround(u)).toBe(u);
    }
    expect(uniformOf(0x80000000)).toBe(0.5);
  });

  test("exponential numbers have mean and variance 1", () => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 100_000; i++) {
      const e = exponential(uniformOf(pcg4d(1, 2, 3, i)));
      sum += e;
      squares += e * e;
    }
    // Five standard deviations of the mean and, about, of the second moment.
    expect(Math.abs(sum / 100_000 - 1)).toBeLessThan(0.016);
    expect(Math.abs(squares / 100_000 - 2)).toBeLessThan(0.08);
  });
});
