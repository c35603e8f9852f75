import { Random } from "../../../src/base/random.ts";
import { type LengthDistribution, lengthSampler, SHAREGPT } from "../../sim/workloads/lengths.ts";
import type { Workload, WorkloadOptions } from "../workload.ts";
import { tokenStream } from "./token_streams.ts";

/** Lengths like those of ShareGPT's conversations, ids without a meaning. */
export function sharegptWorkload(options: WorkloadOptions): Workload {
  const { count, lengthScale, maxLength, seed } = options;
  const random = new Random(seed);
  const scaled = ({ mean, sigma, least, most }: LengthDistribution) =>
    lengthSampler({
      mean: mean * lengthScale,
      sigma,
      least: Math.min(least, Math.ceil(mean * lengthScale)),
      most: Math.min(Math.ceil(most * lengthScale), Math.floor(maxLength / 2)),
    });
  const prompt = scaled(SHAREGPT.prompt);
  const output = scaled(SHAREGPT.output);
  const requests = Array.from({ length: count }, (_, id) => {
    const promptLength = prompt(random);
    return { promptLength, outputLength: output(random), prompt: () => tokenStream(options, id, promptLength) };
  });
  return { requests, arrivals: null };
}
