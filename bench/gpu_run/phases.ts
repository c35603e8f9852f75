import { rename, writeFile } from "node:fs/promises";

/** A part of the run with a time limit of its own. */
export interface Phase {
  readonly name: string;
  /** Seconds, at most; less where less is left of the whole run. */
  readonly seconds: number;
  /** Phases without which this one makes no sense. */
  readonly after?: readonly string[];
  /** `limit` is in seconds. What it resolves with is written as it is; what it throws is the reason of a failure. */
  run(limit: number): Promise<unknown>;
}

export type PhaseOutcome =
  | { readonly name: string; readonly status: "done"; readonly seconds: number; readonly result: unknown }
  | { readonly name: string; readonly status: "failed"; readonly seconds: number; readonly reason: string }
  | { readonly name: string; readonly status: "skipped"; readonly reason: string };

/** Below this, a phase is not begun. */
const LEAST_SECONDS = 2;

/**
 * Runs one phase after the other until `deadline` (of `now`, in milliseconds). A failure or a missing predecessor skips
 * what hangs on it and nothing else; `onOutcome` is awaited after each.
 */
export async function runPhases(
  phases: readonly Phase[],
  deadline: number,
  now: () => number,
  onOutcome: (outcome: PhaseOutcome) => Promise<void>,
): Promise<PhaseOutcome[]> {
  const outcomes: PhaseOutcome[] = [];
  for (const phase of phases) {
    const outcome = await outcomeOf(phase, outcomes, deadline, now);
    outcomes.push(outcome);
    await onOutcome(outcome);
  }
  return outcomes;
}

async function outcomeOf(
  { name, seconds, after = [], run }: Phase,
  before: readonly PhaseOutcome[],
  deadline: number,
  now: () => number,
): Promise<PhaseOutcome> {
  const missing = after.find((needed) => !before.some((done) => done.name === needed && done.status === "done"));
  if (missing !== undefined) return { name, status: "skipped", reason: `${missing} was not done` };
  const limit = Math.min(seconds, (deadline - now()) / 1000);
  if (limit < LEAST_SECONDS) return { name, status: "skipped", reason: "the time of the whole run is over" };
  const began = now();
  const spent = () => Math.round(now() - began) / 1000;
  try {
    const result = await run(limit);
    return { name, status: "done", seconds: spent(), result };
  } catch (error) {
    return { name, status: "failed", seconds: spent(), reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Replaces the file in one go, so that whoever ends the run finds a whole one. */
export async function writeWhole(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.unfinished`, `${JSON.stringify(value, null, 1)}\n`);
  await rename(`${file}.unfinished`, file);
}
