import type { Random } from "../../src/base/random.ts";
import { normalQuantile } from "../sim/workloads/lengths.ts";

/**
 * When each of `count` requests arrives, in seconds from the start, as vLLM's benchmark draws it: gaps from a gamma
 * distribution of shape `burstiness` (1: a Poisson process; less: more bursty; Infinity: even), then stretched so that the
 * last one arrives at count / rate exactly. A rate of Infinity sends all at once.
 */
export function arrivalTimes(count: number, rate: number, burstiness: number, random: Random): number[] {
  if (rate === Infinity) return new Array(count).fill(0);
  let at = 0;
  const times = Array.from({ length: count }, () => (at += burstiness === Infinity ? 1 : gamma(burstiness, random)));
  const stretch = count / rate / at;
  return times.map((time) => time * stretch);
}

/** A draw from the gamma distribution of this shape and scale 1, by Marsaglia and Tsang's rejection. */
export function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normalQuantile(Math.max(random.next(), Number.EPSILON));
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < z ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A trace's own rhythm at a mean of `rate` per second; as it was where `rate` is null. */
export function traceTimes(arrivals: readonly number[], rate: number | null): number[] {
  const [first = 0] = arrivals;
  const last = arrivals.at(-1) ?? 0;
  if (rate === Infinity || last === first) return arrivals.map(() => 0);
  const stretch = rate === null ? 1 : (arrivals.length - 1) / rate / (last - first);
  return arrivals.map((at) => (at - first) * stretch);
}
