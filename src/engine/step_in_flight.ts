import type { StepOutput } from "../contracts/runner.ts";
import type { Batch } from "./batch.ts";
import type { ScheduledChunk, Scheduler } from "./scheduler.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";

/** Takes a token that a step has drawn: `sample` of its samples, for `position` of the branch. */
export type TakeDraw = (branch: Sequence, position: number, sample: number) => void;

/**
 * A step that the runner has been given. Where nothing stands against it, it is taken for done at once: its sequences go
 * on with tokens whose ids are still on their way, and the next step can be scheduled, which takes them from this one's
 * samples on the device. Otherwise it is taken for done when it is.
 */
export class StepInFlight {
  readonly batch: Batch;
  readonly scheduledAt: number;
  readonly output: Promise<StepOutput>;
  readonly #chunks: readonly ScheduledChunk[];
  #isAdvanced = false;

  /** @param scheduledAt In ms. */
  constructor(batch: Batch, chunks: readonly ScheduledChunk[], scheduledAt: number, output: Promise<StepOutput>) {
    this.batch = batch;
    this.scheduledAt = scheduledAt;
    this.output = output;
    this.#chunks = chunks;
    // A failure is dealt with by whoever awaits it, which may be later.
    output.catch(() => {});
  }

  /** The next step can be scheduled without its result. */
  get isAdvanced(): boolean {
    return this.#isAdvanced;
  }

  /** Takes it for done. */
  advance(scheduler: Scheduler): void {
    if (this.#isAdvanced) return;
    this.#isAdvanced = true;
    for (const chunk of this.#chunks) {
      // What was drawn without its mask is drawn again.
      if (chunk.samples === "none" || !this.#isLate(chunk.sequence.group)) scheduler.advance(chunk);
    }
    const { drawn } = this.batch;
    for (let sample = 0; sample < drawn.length; sample++) {
      const branch = drawn[sample]!;
      if (branch && !branch.group.beam && !this.#isLate(branch.group)) branch.expect(sample);
    }
  }

  /** Hands out its tokens, beams' apart. Who has left since, or ended with the step before, gets nothing more. */
  handOut(scheduler: Scheduler, take: TakeDraw): void {
    const { drawn } = this.batch;
    for (let sample = 0; sample < drawn.length; sample++) {
      const branch = drawn[sample]!;
      if (!branch || branch.group.beam || this.#isLate(branch.group)) continue;
      if (isLive(branch)) take(branch, this.batch.positionOf(sample), sample);
    }
    this.#handOutConfirmed(scheduler, take);
  }

  /** The tokens after those of a draft that were right: whether one was shows when the one before is taken. */
  #handOutConfirmed(scheduler: Scheduler, take: TakeDraw): void {
    for (const { sequence: branch, first, draft } of this.batch.drafted) {
      for (let i = 0; i < draft.length && isLive(branch) && branch.tokens[branch.numTokens - 1] === draft[i]; i++) {
        scheduler.confirm(branch);
        branch.expect(first + i);
        take(branch, branch.numTokens - 1, first + i);
      }
      scheduler.settle(branch);
    }
  }

  #isLate(group: SequenceGroup): boolean {
    return this.batch.late.has(group);
  }
}

function isLive(branch: Sequence): boolean {
  return branch.group.branches.includes(branch);
}
