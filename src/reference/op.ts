import type { Op, StepShape } from "../contracts/device.ts";

/** A bound operation: a function of the step. */
export interface ReferenceOp extends Op {
  readonly compute: (step: StepShape) => void;
}

export function referenceOp(name: string, compute: (step: StepShape) => void): ReferenceOp {
  return { name, compute };
}
