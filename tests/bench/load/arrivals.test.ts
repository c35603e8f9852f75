import { describe, expect, test } from "bun:test";
import { mean } from "../../../bench/lib/statistics.ts";
import { arrivalTimes, gamma, traceTimes } from "../../../bench/load/arrivals.ts";
import { Random } from "../../../src/base/random.ts";

/** Of the mean of the gaps: 1 / sqrt(shape) for a gamma distribution. */
function variation(gaps: readonly number[]): number {
  const average = mean(gaps);
  return Math.sqrt(mean(gaps.map((gap) => (gap - average) ** 2))) / average;
}

describe("arrivals", () => {
  test.each([0.25, 1, 4, 100])("of burstiness %p keep the rate and spread as its gamma distribution", (burstiness) => {
    const times = arrivalTimes(40_000, 8, burstiness, new Random(3));
    expect(times.at(-1)).toBeCloseTo(5000, 6);
    const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    expect(variation(gaps) * Math.sqrt(burstiness)).toBeCloseTo(1, 1);
  });

  test("are Poisson by default: 1 / e of the gaps are longer than their mean", () => {
    const times = arrivalTimes(40_000, 8, 1, new Random(4));
    const long = times.filter((at, i) => at - (times[i - 1] ?? 0) > 1 / 8).length / times.length;
    expect(long).toBeCloseTo(1 / Math.E, 2);
  });

  test("are even without burstiness, and all at once without a rate", () => {
    expect(arrivalTimes(4, 2, Infinity, new Random(1))).toEqual([0.5, 1, 1.5, 2]);
    expect(arrivalTimes(3, Infinity, 1, new Random(1))).toEqual([0, 0, 0]);
  });

  test("are the same for the same seed", () => {
    expect(arrivalTimes(20, 3, 1, new Random(5))).toEqual(arrivalTimes(20, 3, 1, new Random(5)));
    expect(arrivalTimes(20, 3, 1, new Random(5))).not.toEqual(arrivalTimes(20, 3, 1, new Random(6)));
  });

  test("of a trace keep its rhythm, stretched to a rate", () => {
    expect(traceTimes([10, 11, 14], null)).toEqual([0, 1, 4]);
    expect(traceTimes([10, 11, 14], 4)).toEqual([0, 0.125, 0.5]);
    expect(traceTimes([10, 11, 14], Infinity)).toEqual([0, 0, 0]);
  });
});

test("the gamma distribution has mean and variance of its shape", () => {
  for (const shape of [0.3, 1, 2.5]) {
    const random = new Random(9);
    const draws = Array.from({ length: 40_000 }, () => gamma(shape, random));
    expect(mean(draws) / shape).toBeCloseTo(1, 1);
    expect(variation(draws) * Math.sqrt(shape)).toBeCloseTo(1, 1);
  }
});
