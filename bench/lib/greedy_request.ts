import type { GenerationRequest } from "../../src/contracts/generation.ts";

/** A request for exactly `maxTokens` tokens, the likeliest each time. */
export function greedyRequest(id: string, promptIds: ArrayLike<number>, maxTokens: number): GenerationRequest {
  return {
    id,
    promptIds,
    branches: 1,
    params: { temperature: 0, topK: 0, topP: 1, seed: 0n, maxTokens, stopTokenIds: [], ignoreEos: true },
    beam: null,
    topLogprobs: -1,
    cacheSalt: "",
    priority: 0,
  };
}
