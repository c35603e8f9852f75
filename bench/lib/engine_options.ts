import type { EngineOptions } from "../../src/engine/engine.ts";

/** An engine that ends nothing by itself and refuses nobody, for measuring. */
export function engineOptions(
  limits: Pick<EngineOptions, "maxBatchedTokens" | "maxSequences" | "headroom">,
): EngineOptions {
  return {
    ...limits,
    longPrefillThreshold: 0,
    policy: "fcfs",
    chunkedPrefill: true,
    asyncScheduling: true,
    preemptionMode: "recompute",
    swapSpace: 0,
    eosTokenIds: [],
    maxQueuedRequests: 0,
    prefixCaching: true,
    now: () => performance.now(),
  };
}
