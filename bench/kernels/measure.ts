import type { StepShape } from "../../src/contracts/device.ts";
import type { GpuOp } from "../../src/gpu/binder.ts";
import { median } from "../lib/statistics.ts";
import type { Clock } from "./clock.ts";

export interface Measurement {
  /** Of one operation: the median of the samples. */
  readonly seconds: number;
  /** The least of the samples: on a machine that does other work, too, nearer to what the device can do. */
  readonly fastest: number;
  readonly samples: number;
  /** Operations in each sample's pass. */
  readonly runs: number;
}

/** A budget is shared by about this many samples. */
const SAMPLES = 5;
const MOST_SAMPLES = 15;
const MOST_RUNS = 2000;

/**
 * How long one of the operations takes, going through all of them in turn, as a step goes through its layers: many in one
 * pass, so that what a pass costs hardly counts. What a dispatch costs does count.
 *
 * @param budget seconds, kept to unless one pass takes longer
 */
export async function measure(
  clock: Clock,
  ops: readonly GpuOp[],
  step: StepShape,
  budget: number,
): Promise<Measurement> {
  // The first run finds cold caches and a sleeping GPU; it also tells how many fill the budget.
  let once = await clock.run(ops.slice(0, 1), step);
  if (once < budget) {
    const few = Array.from({ length: 5 }, (_, i) => ops[i % ops.length]!);
    if (once < budget / 10) once = (await clock.run(few, step)) / few.length;
  }
  const runs = Math.min(MOST_RUNS, Math.max(1, Math.ceil(budget / SAMPLES / once)));
  const pass = Array.from({ length: runs }, (_, i) => ops[i % ops.length]!);
  const times: number[] = [];
  const start = performance.now();
  do times.push((await clock.run(pass, step)) / runs);
  while (times.length < MOST_SAMPLES && (performance.now() - start) / 1000 < budget);
  return { seconds: median(times), fastest: Math.min(...times), samples: times.length, runs };
}
