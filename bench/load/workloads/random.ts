import { Random } from "../../../src/base/random.ts";
import type { Workload, WorkloadOptions } from "../workload.ts";
import { tokenStream } from "./token_streams.ts";

/** The stream of the common prefix; requests have streams 0, 1, 2... */
const PREFIX = -2;

/** vLLM's random workload: ids without a meaning, of given lengths, after a prefix that all share. */
export function randomWorkload(options: WorkloadOptions): Workload {
  const { count, inputLen, outputLen, prefixLen, rangeRatio, seed } = options;
  const random = new Random(seed);
  const draw = (length: number) => {
    const least = Math.max(1, Math.floor(length * (1 - rangeRatio)));
    return random.integer(least, Math.max(least, Math.ceil(length * (1 + rangeRatio))));
  };
  const prefix = tokenStream(options, PREFIX, prefixLen);
  const requests = Array.from({ length: count }, (_, id) => {
    const own = draw(inputLen);
    return {
      promptLength: prefixLen + own,
      outputLength: draw(outputLen),
      prompt: () => [...prefix, ...tokenStream(options, id, own)],
    };
  });
  return { requests, arrivals: null };
}
