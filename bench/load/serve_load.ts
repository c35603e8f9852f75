import process from "node:process";
import { Random } from "../../src/base/random.ts";
import { type Objectives, type ServingMetrics, servingMetrics } from "../lib/serving_metrics.ts";
import { arrivalTimes, traceTimes } from "./arrivals.ts";
import { ask, type Endpoint, type Failed, requestBody, type Streamed } from "./client.ts";
import { drive } from "./drive.ts";
import type { Workload } from "./workload.ts";

export interface LoadShape {
  /** Requests per second; null: the trace's own rhythm, and all at once for a workload without one. */
  readonly rate: number | null;
  readonly burstiness: number;
  readonly maxConcurrency: number;
  readonly objectives: Objectives;
  readonly seed: number;
}

export interface ServedLoad {
  readonly metrics: ServingMetrics;
  readonly peakConcurrency: number;
  /** What failed, each message once, and how often. */
  readonly errors: ReadonlyMap<string, number>;
  /** Answers whose token counts the server did not report. */
  readonly unreported: number;
  /** Of this process: microseconds of CPU time per output token, and its share of one core. */
  readonly client: { readonly perToken: number; readonly share: number };
}

/** Sends a workload to a server and measures the answers. */
export async function serveLoad(
  endpoint: Endpoint,
  { requests, arrivals }: Workload,
  { rate, burstiness, maxConcurrency, objectives, seed }: LoadShape,
): Promise<ServedLoad> {
  const bodies = requests.map((request) => requestBody(endpoint, request.prompt(), request.outputLength));
  const times = arrivals
    ? traceTimes(arrivals, rate)
    : arrivalTimes(requests.length, rate ?? Infinity, burstiness, new Random(seed + 1));
  const before = process.cpuUsage();
  const driven = await drive(times, maxConcurrency, (i) => ask(endpoint, bodies[i]!));
  const { user, system } = process.cpuUsage(before);
  const answers = driven.results.filter((result): result is Streamed => !("error" in result));
  const failures = driven.results.filter((result): result is Failed => "error" in result);
  const errors = new Map<string, number>();
  for (const { error } of failures) errors.set(error, (errors.get(error) ?? 0) + 1);
  const seconds = (driven.end - driven.start) / 1000;
  const metrics = servingMetrics(answers, failures.length, seconds, objectives);
  return {
    metrics,
    peakConcurrency: driven.peakConcurrency,
    errors,
    unreported: answers.filter(({ reported }) => !reported).length,
    client: { perToken: (user + system) / metrics.outputTokens, share: (user + system) / 1e6 / seconds },
  };
}
