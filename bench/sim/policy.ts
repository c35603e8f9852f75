import type { CostModel, StepWork } from "./cost_model.ts";
import type { SimRequest } from "./request.ts";

/** Where the token slots of the KV memory are at one moment; they add up to all of it (the paper's Fig 2). */
export interface MemoryUse {
  /** Slots that hold the K and V of a token. */
  readonly stored: number;
  /** Promised to a running request, which will use them. */
  readonly reserved: number;
  /** Promised to a running request, which will not use them. */
  readonly internal: number;
  /** Rounding by the allocator, and free space. */
  readonly other: number;
}

/**
 * A way to serve requests: who runs in the next step and where the KV lives. The simulator calls `schedule`, lets the
 * step's time pass, then calls `complete`; requests arrive in between.
 */
export interface Policy {
  readonly name: string;
  /** The cost model with what the memory layout adds to it. */
  readonly cost: CostModel;
  readonly running: number;
  readonly waiting: number;
  add(request: SimRequest): void;
  /** Chooses the next step; null when there is nothing to do. */
  schedule(): StepWork | null;
  /** While a step runs, what it writes included. */
  memory(): MemoryUse;
  /** The step is over; the requests whose last token it computed, whose memory is free again. */
  complete(): readonly SimRequest[];
}
