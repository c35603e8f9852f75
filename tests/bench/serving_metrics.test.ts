import { expect, test } from "bun:test";
import { type Answered, isGood, latenciesOf, servingMetrics } from "../../bench/lib/serving_metrics.ts";
import { percentile } from "../../bench/lib/statistics.ts";
import { parseObjectives } from "../../bench/load/objectives.ts";

test("percentiles are numpy's", () => {
  // numpy.percentile([15, 20, 35, 40, 50], [0, 40, 50, 90, 99, 100])
  const values = [50, 15, 40, 20, 35];
  const asked = [0, 40, 50, 90, 99, 100].map((percent) => percentile(values, percent));
  for (const [i, expected] of [15, 29, 35, 46, 49.6, 50].entries()) expect(asked[i]).toBeCloseTo(expected, 9);
  expect(percentile([7], 99)).toBe(7);
  expect(percentile([], 50)).toBeNaN();
});

/** Sent at 1000 ms; five tokens in four chunks, of which the third brings two. */
const answer: Answered = {
  start: 1000,
  chunks: [1300, 1340, 1400, 1450],
  end: 1460,
  promptTokens: 10,
  outputTokens: 5,
};
const single: Answered = { start: 0, chunks: [100], end: 100, promptTokens: 3, outputTokens: 1 };

test("TTFT, TPOT, ITL and E2EL on literal timestamps", () => {
  expect(latenciesOf(answer)).toEqual({ ttft: 300, tpot: (460 - 300) / 4, itl: [40, 60, 50], e2el: 460 });
  expect(latenciesOf(single)).toEqual({ ttft: 100, tpot: null, itl: [], e2el: 100 });
});

test("goodput counts what keeps to every objective", () => {
  const latencies = latenciesOf(answer);
  expect(isGood(latencies, {})).toBe(true);
  expect(isGood(latencies, { ttft: 300, tpot: 40, e2el: 460 })).toBe(true);
  expect(isGood(latencies, { ttft: 299 })).toBe(false);
  expect(isGood(latencies, { ttft: 300, tpot: 39.9 })).toBe(false);
  expect(isGood(latencies, { e2el: 459 })).toBe(false);
  expect(isGood(latenciesOf(single), { tpot: 1 })).toBe(true);
});

test("throughput and goodput are over the whole load's time, failures apart", () => {
  const metrics = servingMetrics([answer, single], 3, 2, { ttft: 200 });
  expect(metrics).toMatchObject({ completed: 2, failed: 3, inputTokens: 13, outputTokens: 6 });
  expect(metrics).toMatchObject({ requestThroughput: 1, goodput: 0.5, outputThroughput: 3, totalThroughput: 9.5 });
  expect(metrics.ttft).toEqual({ mean: 200, median: 200, p90: 280, p99: 298 });
  expect(metrics.tpot).toEqual({ mean: 40, median: 40, p90: 40, p99: 40 });
  expect(metrics.itl.median).toBe(50);
  expect(servingMetrics([], 1, 2, {}).goodput).toBeNull();
});

test("objectives are read in one text or several", () => {
  expect(parseObjectives(["ttft:500 tpot:50"])).toEqual({ ttft: 500, tpot: 50 });
  expect(parseObjectives(["ttft:500", "e2el:1e4"])).toEqual({ ttft: 500, e2el: 10_000 });
  expect(parseObjectives([])).toEqual({});
  for (const wrong of ["ttfb:1", "ttft", "ttft:-1", "ttft:x", "ttft:1:2"])
    expect(() => parseObjectives([wrong])).toThrow(`received "${wrong}"`);
});
