import { Random } from "../../src/base/random.ts";
import { independentRequest, type SimRequest } from "../sim/request.ts";
import { type LengthDistribution, lengthSampler, SHAREGPT } from "../sim/workloads/lengths.ts";

/** A quarter of ShareGPT's lengths, so that small models hold them and a software GPU serves them in seconds. */
export function smallBurst(count: number, seed: number): SimRequest[] {
  const random = new Random(seed);
  const quarter = ({ mean, sigma, least }: LengthDistribution) =>
    lengthSampler({ mean: mean / 4, sigma, least, most: 256 });
  const prompt = quarter(SHAREGPT.prompt);
  const output = quarter(SHAREGPT.output);
  return Array.from({ length: count }, (_, id) => independentRequest(id, 0, prompt(random), output(random)));
}
