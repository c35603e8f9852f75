import { streamTokens } from "../../sim/request.ts";
import type { WorkloadOptions } from "../workload.ts";

/** The first `length` ids of a stream; streams of two numbers, seeds or variants have nothing in common but by chance. */
export function tokenStream(
  { seed, variant, vocabSize }: Pick<WorkloadOptions, "seed" | "variant" | "vocabSize">,
  stream: number,
  length: number,
): number[] {
  const start = Math.imul(seed, 0x9e3779b1) ^ Math.imul(variant, 0x85ebca6b);
  return Array.from(streamTokens(stream, start, length), (token) => token % vocabSize);
}
