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
/** A machine that does other work stalls now and then: so many samples even beyond the budget, up to PATIENCE times it. */
const LEAST_SAMPLES = 3;
const PATIENCE = 30;
const MOST_RUNS = 5000;

/**
 * How long one of the operations takes, going through all of them in turn, as a step goes through its layers: many in one
 * pass, so that what a pass costs hardly counts. What a dispatch costs does count.
 *
 * @param budget seconds, kept to unless a few passes take longer
 */
export async function measure(
  clock: Clock,
  ops: readonly GpuOp[],
  step: StepShape,
  budget: number,
): Promise<Measurement> {
  const pass = (runs: number) =>
    clock.run(
      Array.from({ length: runs }, (_, i) => ops[i % ops.length]!),
      step,
    );
  const wanted = budget / SAMPLES;
  // The first run finds cold caches and a sleeping GPU, any run may be disturbed, and a clock may tick too coarsely for
  // a short pass: passes grow until even the faster of two takes long enough.
  const faster = async (runs: number) => Math.min(await pass(runs), await pass(runs));
  let runs = 1;
  for (let taken = await faster(1); taken < wanted / 2 && runs < MOST_RUNS; taken = await faster(runs)) {
    runs = Math.min(MOST_RUNS, Math.ceil(runs * Math.min(16, Math.max(2, wanted / taken))));
  }
  const times: number[] = [];
  const start = performance.now();
  const spent = () => (performance.now() - start) / 1000;
  const enough = () => spent() >= (times.length < LEAST_SAMPLES ? PATIENCE * budget : budget);
  do times.push((await pass(runs)) / runs);
  while (times.length < MOST_SAMPLES && !enough());
  return { seconds: median(times), fastest: Math.min(...times), samples: times.length, runs };
}
