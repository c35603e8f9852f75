import { readAzure } from "../../sim/workloads/traces.ts";
import type { Workload, WorkloadOptions } from "../workload.ts";
import { tokenStream } from "./token_streams.ts";

/** The first requests of the Azure conversation trace of 2023 that fit, in its rhythm; null where it is absent. */
export function azureWorkload(options: WorkloadOptions): Workload | null {
  const { count, lengthScale, maxLength } = options;
  const trace = readAzure();
  if (!trace) return null;
  const scaled = (length: number) => Math.max(1, Math.round(length * lengthScale));
  const chosen = trace
    .map(({ arrival, promptLength, outputLength }) => ({
      arrival,
      promptLength: scaled(promptLength),
      outputLength: scaled(outputLength),
    }))
    .filter(({ promptLength, outputLength }) => promptLength + outputLength <= maxLength)
    .slice(0, count);
  return {
    requests: chosen.map(({ promptLength, outputLength }, id) => ({
      promptLength,
      outputLength,
      prompt: () => tokenStream(options, id, promptLength),
    })),
    arrivals: chosen.map(({ arrival }) => arrival),
  };
}
