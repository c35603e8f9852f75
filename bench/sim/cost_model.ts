/** What one step has to do, summed over its sequences. */
export interface StepWork {
  /** Prompt tokens computed, those computed again after a preemption included. */
  readonly prefillTokens: number;
  /** Sequences that compute one token. */
  readonly decodes: number;
  /** Tokens whose K and V are read. */
  readonly kvTokensRead: number;
}

/** How long a step takes; all in seconds. */
export interface CostModel {
  /** Reading the weights once, launching kernels, the host's work per step. */
  readonly perStep: number;
  /** Arithmetic of one prompt token. */
  readonly perPrefillToken: number;
  /** Arithmetic, sampling and host work of one decoding sequence. */
  readonly perDecode: number;
  /** Reading K and V of one token of context from contiguous memory. */
  readonly perKvToken: number;
}

/**
 * OPT-13B (26 GB of f16 weights, 800 KB of KV per token) on an A100-40GB, the paper's example.
 *
 * - perPrefillToken: 2 x 13e9 operations at 45 % of 312 TFLOP/s.
 * - perKvToken: 800 KB at two thirds of 1555 GB/s.
 * - perStep and perDecode: 17 ms to read the weights at full bandwidth and what a Python host of 2023 adds, fitted to the
 *   two points that the paper states: by Little's law 30.42 requests at 2 x 338 tokens/s make steps of 45 ms (ShareGPT),
 *   132.44 at 30 x 58.45 make 75.5 ms (Alpaca).
 *
 * The paged batch sizes of Fig 13 are therefore an input of the model; every other policy and figure is a result.
 */
export const OPT_13B_A100: CostModel = {
  perStep: 25e-3,
  perPrefillToken: 0.185e-3,
  perDecode: 0.25e-3,
  perKvToken: 0.8e-6,
};

/** 12 GB of KV at 800 KB per token. */
export const OPT_13B_KV_SLOTS = 15_728;

/** OPT's context window, prompt and output together. */
export const OPT_MAX_LENGTH = 2048;

export function stepSeconds(cost: CostModel, { prefillTokens, decodes, kvTokensRead }: StepWork): number {
  return (
    cost.perStep + prefillTokens * cost.perPrefillToken + decodes * cost.perDecode + kvTokensRead * cost.perKvToken
  );
}

/** Tokens' worth of reading that each block adds: a table look-up, and reads that end with the block. */
const BLOCK_READ_OVERHEAD = 4;

/**
 * The same model with attention through block tables. The overhead of a block makes attention 25 % slower at 16 tokens a
 * block; the paper measured 20 to 26 %.
 */
export function paged(cost: CostModel, blockSize: number): CostModel {
  return { ...cost, perKvToken: cost.perKvToken * (1 + BLOCK_READ_OVERHEAD / blockSize) };
}
