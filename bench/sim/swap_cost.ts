import { type CostModel, OPT_13B_A100 } from "./cost_model.ts";

/** What it takes to move KV between device and host memory. */
export interface SwapModel {
  /** Bytes of K and V per token, over all layers. */
  readonly bytesPerToken: number;
  /** Copies per block: K and V of each layer lie apart. */
  readonly copiesPerBlock: number;
  /** Seconds each copy takes before the first byte moves. */
  readonly perCopy: number;
  /** Bytes per second once it moves. */
  readonly bandwidth: number;
}

/** OPT-13B's 40 layers over PCIe 4.0 x16 as a virtual machine sees it: half of the nominal rate, 5 us per copy. */
export const OPT_13B_SWAP: SwapModel = {
  bytesPerToken: 800 * 1024,
  copiesPerBlock: 2 * 40,
  perCopy: 5e-6,
  bandwidth: 12.5e9,
};

/** Seconds to move the blocks of `tokens` tokens one way. A block moves whole. */
export function swapSeconds(swap: SwapModel, tokens: number, blockSize: number): number {
  const blocks = Math.ceil(tokens / blockSize);
  return blocks * swap.copiesPerBlock * swap.perCopy + (blocks * blockSize * swap.bytesPerToken) / swap.bandwidth;
}

/** Seconds to compute `tokens` tokens again as part of a step that runs anyway. */
export function recomputeSeconds(tokens: number, cost: CostModel = OPT_13B_A100): number {
  return tokens * cost.perPrefillToken;
}
