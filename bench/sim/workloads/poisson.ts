import type { Random } from "../../../src/base/random.ts";
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

/** Independent requests of the given lengths, arriving for `duration` seconds. */
export function poissonWorkload(lengths: Lengths, rate: number, duration: number, random: Random): SimRequest[] {
  const prompt = lengthSampler(lengths.prompt);
  const output = lengthSampler(lengths.output);
  return poissonArrivals(rate, duration, random).map((arrival, id) =>
    independentRequest(id, arrival, prompt(random), output(random)),
  );
}
