import { assert } from "../../../src/base/assert.ts";
import { BuddyAllocator } from "../buddy_allocator.ts";
import type { CostModel, StepWork } from "../cost_model.ts";
import type { MemoryUse, Policy } from "../policy.ts";
import type { SimRequest } from "../request.ts";

/** How many slots a request gets for its whole life, at most `maxLength`. */
export type Reservation = (request: SimRequest, maxLength: number) => number;

/** What Orca could know of the output's length: nothing, its next power of two, or all (paper, section 6.1). */
export const RESERVATIONS: Readonly<Record<"Max" | "Pow2" | "Oracle", Reservation>> = {
  Max: (_, maxLength) => maxLength,
  Pow2: ({ promptLength, outputLength }, maxLength) =>
    Math.min(maxLength, promptLength + 2 ** Math.ceil(Math.log2(outputLength))),
  Oracle: ({ promptLength, outputLength }) => promptLength + outputLength,
};

interface Running {
  readonly request: SimRequest;
  readonly offset: number;
  readonly slots: number;
  generated: number;
}

export interface OrcaOptions {
  readonly slots: number;
  readonly maxLength: number;
  readonly maxSequences: number;
  readonly cost: CostModel;
}

/** Iteration-level batching over contiguous memory: a request is admitted, first come first served, when its slots fit. */
export class OrcaPolicy implements Policy {
  readonly name: string;
  readonly cost: CostModel;
  readonly #reservation: Reservation;
  readonly #options: OrcaOptions;
  readonly #memory: BuddyAllocator;
  readonly #queue: SimRequest[] = [];
  #next = 0;
  #running: Running[] = [];

  constructor(kind: keyof typeof RESERVATIONS, options: OrcaOptions) {
    this.name = `Orca (${kind})`;
    this.cost = options.cost;
    this.#reservation = RESERVATIONS[kind];
    this.#options = options;
    this.#memory = new BuddyAllocator(options.slots);
  }

  get running(): number {
    return this.#running.length;
  }

  get waiting(): number {
    return this.#queue.length - this.#next;
  }

  add(request: SimRequest): void {
    const { maxLength } = this.#options;
    const length = request.promptLength + request.outputLength;
    assert(length <= maxLength, `request ${request.id} needs ${length} of ${maxLength} tokens`);
    this.#queue.push(request);
  }

  schedule(): StepWork | null {
    let prefillTokens = 0;
    const decodes = this.#running.length;
    while (this.waiting > 0 && this.#running.length < this.#options.maxSequences) {
      const request = this.#queue[this.#next]!;
      const slots = this.#reservation(request, this.#options.maxLength);
      const offset = this.#memory.allocate(slots);
      if (offset === null) break;
      this.#next++;
      this.#running.push({ request, offset, slots, generated: 0 });
      prefillTokens += request.promptLength;
    }
    if (this.#running.length === 0) return null;
    return { prefillTokens, decodes, kvTokensRead: this.#stored() };
  }

  memory(): MemoryUse {
    const stored = this.#stored();
    let promised = 0;
    let reserved = 0;
    for (const { request, slots, generated } of this.#running) {
      promised += slots;
      // The last token is sampled and never written.
      reserved += request.outputLength - 1 - generated;
    }
    return { stored, reserved, internal: promised - stored - reserved, other: this.#options.slots - promised };
  }

  complete(): readonly SimRequest[] {
    const finished: SimRequest[] = [];
    this.#running = this.#running.filter((running) => {
      if (++running.generated < running.request.outputLength) return true;
      this.#memory.free(running.offset);
      finished.push(running.request);
      return false;
    });
    return finished;
  }

  /** Tokens in the cache at the end of the step: the prompt and all outputs but the one being sampled. */
  #stored(): number {
    let stored = 0;
    for (const { request, generated } of this.#running) stored += request.promptLength + generated;
    return stored;
  }
}
