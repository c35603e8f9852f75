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

/** From `from` requests per second up in equal ratios until the latency is hopeless. */
export function latencyCurve(
  workload: (rate: number) => readonly SimRequest[],
  policy: () => Policy,
  from: number,
): LatencyPoint[] {
  const points: LatencyPoint[] = [];
  for (let rate = from; points.length < 100; rate *= GROWTH) {
    const latency = normalizedLatency(simulate(workload(rate), policy()));
    points.push([rate, latency]);
    if (latency > HOPELESS) break;
  }
  return points;
}

/** The rate at which the curve first crosses the limit, between two points on a straight line of log latency. */
export function sustainedRate(points: readonly LatencyPoint[], limit = LATENCY_LIMIT): number {
  const after = points.findIndex(([, latency]) => latency > limit);
  assert(after > 0, `the curve does not cross ${limit} s/token`);
  const [lowRate, low] = points[after - 1]!;
  const [highRate, high] = points[after]!;
  const share = (Math.log(limit) - Math.log(low)) / (Math.log(high) - Math.log(low));
  return lowRate + share * (highRate - lowRate);
}
