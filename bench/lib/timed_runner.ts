import type { Runner, RunnerLimits, StepInput, StepOutput } from "../../src/contracts/runner.ts";

/** A device that takes a fixed time for every step, one after the other, and knows how long it had nothing to do. */
export class TimedRunner implements Runner {
  readonly limits: RunnerLimits;
  readonly blockBytes = 0;
  readonly fingerprint = "";
  steps = 0;
  /** Milliseconds between the end of a step and the next one's submission, over all steps. */
  idleMs = 0;
  readonly #stepMs: number;
  #busyUntil = 0;

  constructor(limits: RunnerLimits, stepMs: number) {
    this.limits = limits;
    this.#stepMs = stepMs;
  }

  async step({ samples }: StepInput): Promise<StepOutput> {
    const now = performance.now();
    if (this.steps++ > 0) this.idleMs += Math.max(0, now - this.#busyUntil);
    const done = Math.max(now, this.#busyUntil) + this.#stepMs;
    this.#busyUntil = done;
    while (performance.now() < done) await new Promise((resolve) => setImmediate(resolve));
    return { tokenIds: new Uint32Array(samples).fill(7), logprobs: null };
  }

  async readBlocks(): Promise<Uint8Array> {
    return new Uint8Array(0);
  }
  writeBlocks(): void {}
  close(): void {}
}
