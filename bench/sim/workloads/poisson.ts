import { Random } from "../../../src/base/random.ts";
import { independentRequest, type SimRequest } from "../request.ts";
import { type Lengths, lengthSampler } from "./lengths.ts";

/** The moments, in seconds, of a Poisson process with `rate` arrivals per second, up to `duration`. */
export function poissonArrivals(rate: number, duration: number, random: Random): number[] {
  const arrivals: number[] = [];
  for (let at = wait(rate, random); at < duration; at += wait(rate, random)) arrivals.push(at);
  return arrivals;
}

function wait(rate: number, random: Random): number {
  return -Math.log(1 - random.next()) / rate;
}

/**
 * Independent requests of the given lengths, arriving for `duration` seconds. The k-th request of a seed has the same
 * lengths at every rate, so that rates differ in nothing but the rate.
 */
export function poissonWorkload(lengths: Lengths, rate: number, duration: number, random: Random): SimRequest[] {
  const prompt = lengthSampler(lengths.prompt);
  const output = lengthSampler(lengths.output);
  const drawn = new Random(random.integer(0, 2 ** 31));
  return poissonArrivals(rate, duration, random).map((arrival, id) =>
    independentRequest(id, arrival, prompt(drawn), output(drawn)),
  );
}
