import { assert } from "../../src/base/assert.ts";
import { mean } from "../lib/statistics.ts";
import { stepSeconds } from "./cost_model.ts";
import type { MemoryUse, Policy } from "./policy.ts";
import type { SimRequest } from "./request.ts";

export interface Served {
  readonly request: SimRequest;
  /** Seconds from arrival to the last token. */
  readonly latency: number;
}

export interface SimulationResult {
  readonly served: readonly Served[];
  /** Seconds on the simulated clock. */
  readonly duration: number;
  readonly steps: number;
  /** Requests in a step, averaged over the time in steps until the last arrival. */
  readonly meanBatch: number;
  /** Token slots, averaged over the sampled steps in which requests had to wait; null when none ever did. */
  readonly memory: MemoryUse | null;
  /** Tokens computed, recomputed ones included. */
  readonly computedTokens: number;
}

/** Looking at the memory costs more than a step: every so many are looked at. */
const MEMORY_SAMPLE_STEPS = 32;

/**
 * Serves `requests` with `policy` on a simulated clock. Two kinds of event: a request arrives, a step ends. What arrives
 * during a step is seen when it ends, as in the engine. Ends when all are served. Deterministic.
 */
export function simulate(requests: readonly SimRequest[], policy: Policy): SimulationResult {
  const served: Served[] = [];
  const lastArrival = requests.at(-1)?.arrival ?? 0;
  const memory = { stored: 0, reserved: 0, internal: 0, other: 0 };
  let samples = 0;
  let clock = 0;
  let steps = 0;
  let batchSeconds = 0;
  let loadedSeconds = 0;
  let computedTokens = 0;
  let next = 0;

  for (;;) {
    while (next < requests.length && requests[next]!.arrival <= clock) policy.add(requests[next++]!);
    const work = policy.schedule();
    if (work === null) {
      assert(
        policy.waiting === 0 && policy.running === 0,
        `${policy.name} does not go on with ${policy.waiting} waiting`,
      );
      if (next === requests.length) break;
      clock = requests[next]!.arrival;
      continue;
    }
    const seconds = stepSeconds(policy.cost, work);
    if (clock <= lastArrival) {
      batchSeconds += policy.running * seconds;
      loadedSeconds += seconds;
    }
    if (steps % MEMORY_SAMPLE_STEPS === 0 && policy.waiting > 0) {
      const use = policy.memory();
      for (const key of ["stored", "reserved", "internal", "other"] as const) memory[key] += use[key];
      samples++;
    }
    steps++;
    computedTokens += work.prefillTokens + work.decodes;
    clock += seconds;
    for (const request of policy.complete()) served.push({ request, latency: clock - request.arrival });
  }

  for (const key of ["stored", "reserved", "internal", "other"] as const) memory[key] /= samples;
  return {
    served,
    duration: clock,
    steps,
    meanBatch: batchSeconds / loadedSeconds,
    memory: samples > 0 ? memory : null,
    computedTokens,
  };
}

/** The paper's measure: the mean over the requests of latency / output length, in seconds per token. */
export function normalizedLatency({ served }: SimulationResult): number {
  return mean(served.map(({ request, latency }) => latency / request.outputLength));
}

/** What has to be computed where nothing is shared and nobody is preempted: every token but the last one of a request. */
export function requiredTokens(requests: readonly SimRequest[]): number {
  return requests.reduce((sum, { promptLength, outputLength }) => sum + promptLength + outputLength - 1, 0);
}
