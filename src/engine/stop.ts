import type { FinishReason, SamplingParams } from "../contracts/generation.ts";

export interface Stop {
  readonly reason: FinishReason;
  /** The stop token id of the request that ended it; null for the model's end of sequence and for length. */
  readonly stopReason: number | null;
}

export interface StopLimits {
  readonly eosTokenIds: ReadonlySet<number>;
  readonly maxModelLen: number;
}

/**
 * Whether the token just generated ends its sequence (vLLM's order: min_tokens, end of sequence, stop ids, length). Stop
 * strings are not known here: they live with the text.
 */
export function stopAfter(
  tokenId: number,
  numTokens: number,
  numOutputs: number,
  params: SamplingParams,
  { eosTokenIds, maxModelLen }: StopLimits,
): Stop | null {
  if (numOutputs >= params.minTokens) {
    if (!params.ignoreEos && eosTokenIds.has(tokenId)) return { reason: "stop", stopReason: null };
    if (params.stopTokenIds.includes(tokenId)) return { reason: "stop", stopReason: tokenId };
  }
  if (numOutputs >= params.maxTokens || numTokens >= maxModelLen) return { reason: "length", stopReason: null };
  return null;
}
