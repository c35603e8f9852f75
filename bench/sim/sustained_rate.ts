import { assert } from "../../src/base/assert.ts";
import type { Policy } from "./policy.ts";
import type { SimRequest } from "./request.ts";
import { normalizedLatency, simulate } from "./simulator.ts";

/** Requests per second, and the normalized latency they get in seconds per token. */
export type LatencyPoint = readonly [rate: number, latency: number];

/** Where a rate stops being sustained: some seven times the latency of an idle server, on the steep part of the curve. */
export const LATENCY_LIMIT = 0.2;

/** No server is looked at beyond this latency. */
const HOPELESS = 0.5;
const GROWTH = 1.15;

/** The curve's points are closer than this, as a ratio of rates, where it crosses the limit. */
const PRECISION = 1.02;

/**
 * From `from` requests per second up in equal ratios until the latency is hopeless, and again between the two points
 * where the limit is first crossed.
 */
export function latencyCurve(
  workload: (rate: number) => readonly SimRequest[],
  policy: () => Policy,
  from: number,
): LatencyPoint[] {
  const at = (rate: number): LatencyPoint => [rate, normalizedLatency(simulate(workload(rate), policy()))];
  const points = [at(from)];
  while (points.at(-1)![1] <= HOPELESS) points.push(at(points.at(-1)![0] * GROWTH));
  for (;;) {
    const after = crossing(points, LATENCY_LIMIT);
    const [low, high] = [points[after - 1]![0], points[after]![0]];
    if (high / low < PRECISION) return points;
    points.splice(after, 0, at(Math.sqrt(low * high)));
  }
}

/** The rate at which the curve first crosses the limit, between two points on a straight line of log latency. */
export function sustainedRate(points: readonly LatencyPoint[], limit = LATENCY_LIMIT): number {
  const after = crossing(points, limit);
  const [lowRate, low] = points[after - 1]!;
  const [highRate, high] = points[after]!;
  const share = (Math.log(limit) - Math.log(low)) / (Math.log(high) - Math.log(low));
  return lowRate + share * (highRate - lowRate);
}

function crossing(points: readonly LatencyPoint[], limit: number): number {
  const after = points.findIndex(([, latency]) => latency > limit);
  assert(after > 0, `the curve does not cross ${limit} s/token`);
  return after;
}
