import { type GenerationRequest, GREEDY } from "../../src/contracts/generation.ts";

/** A request for exactly `maxTokens` tokens, the likeliest each time. */
export function greedyRequest(id: string, promptIds: ArrayLike<number>, maxTokens: number): GenerationRequest {
  return {
    id,
    promptIds,
    branches: 1,
    params: { ...GREEDY, maxTokens, ignoreEos: true },
    beam: null,
    topLogprobs: -1,
    promptLogprobs: -1,
    cacheSalt: "",
    priority: 0,
  };
}
