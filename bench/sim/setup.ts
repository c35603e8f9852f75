import { ADMISSION_HEADROOM, type SchedulerOptions } from "../../src/engine/scheduler.ts";
import { OPT_13B_A100, OPT_13B_KV_SLOTS, OPT_MAX_LENGTH } from "./cost_model.ts";
import { OctavoPolicy } from "./policies/octavo.ts";
import { OrcaPolicy, type RESERVATIONS } from "./policies/orca.ts";
import { StaticBatchingPolicy } from "./policies/static_batching.ts";
import type { Policy } from "./policy.ts";

/** Every policy runs OPT-13B on an A100-40GB, at most 256 sequences at once. */
const MAX_SEQUENCES = 256;

export const SCHEDULER_OPTIONS: SchedulerOptions = {
  policy: "fcfs",
  headroom: ADMISSION_HEADROOM,
  maxBatchedTokens: 2048,
  maxSequences: MAX_SEQUENCES,
  longPrefillThreshold: 0,
  chunkedPrefill: true,
};

export function orca(kind: keyof typeof RESERVATIONS): Policy {
  return new OrcaPolicy(kind, {
    slots: OPT_13B_KV_SLOTS,
    maxLength: OPT_MAX_LENGTH,
    maxSequences: MAX_SEQUENCES,
    cost: OPT_13B_A100,
  });
}

export function fasterTransformer(): Policy {
  return new StaticBatchingPolicy({ slots: OPT_13B_KV_SLOTS, maxLength: OPT_MAX_LENGTH, cost: OPT_13B_A100 });
}

/** The paper compares without a prefix cache, except where sharing is the point. */
export function octavo({
  slots = OPT_13B_KV_SLOTS,
  blockSize = 16,
  prefixCaching = false,
  scheduler = {},
}: {
  readonly slots?: number;
  readonly blockSize?: number;
  readonly prefixCaching?: boolean;
  readonly scheduler?: Partial<SchedulerOptions>;
} = {}): OctavoPolicy {
  return new OctavoPolicy({
    slots,
    blockSize,
    prefixCaching,
    scheduler: { ...SCHEDULER_OPTIONS, ...scheduler },
    cost: OPT_13B_A100,
  });
}

/** A fresh policy for each run, weakest first. */
export const POLICIES: readonly (() => Policy)[] = [
  fasterTransformer,
  () => orca("Max"),
  () => orca("Pow2"),
  () => orca("Oracle"),
  () => octavo(),
];
