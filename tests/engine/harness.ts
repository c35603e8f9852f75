import {
  type GenerationRequest,
  GREEDY,
  type SamplingParams,
  type TokenEvent,
} from "../../src/contracts/generation.ts";
import type { Runner } from "../../src/contracts/runner.ts";
import { Engine, type EngineOptions } from "../../src/engine/engine.ts";

export function makeEngine(runner: Runner, options: Partial<EngineOptions> = {}): Engine {
  return new Engine(runner, {
    maxBatchedTokens: runner.limits.maxRows,
    maxSequences: runner.limits.maxSequences,
    longPrefillThreshold: 0,
    policy: "fcfs",
    headroom: 0.5,
    chunkedPrefill: true,
    asyncScheduling: true,
    preemptionMode: "recompute",
    swapSpace: 0,
    eosTokenIds: [],
    maxQueuedRequests: 0,
    prefixCaching: true,
    now: () => performance.now(),
    ...options,
  });
}

export function makeRequest(id: string, promptIds: number[], params: Partial<SamplingParams> = {}): GenerationRequest {
  return {
    id,
    promptIds,
    branches: 1,
    beam: null,
    topLogprobs: -1,
    promptLogprobs: -1,
    cacheSalt: "",
    priority: 0,
    params: { ...GREEDY, maxTokens: 8, ...params },
  };
}

export async function collect(events: AsyncIterable<TokenEvent>): Promise<TokenEvent[]> {
  const all: TokenEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export async function generate(engine: Engine, request: GenerationRequest): Promise<number[]> {
  return (await generateAll(engine, request))[0]!;
}

/** The tokens of every continuation. */
export async function generateAll(engine: Engine, request: GenerationRequest): Promise<number[][]> {
  const outputs = engine.submit(request, new AbortController().signal);
  const events = await Promise.all(outputs.map(collect));
  return events.map((output) => output.map(({ tokenId }) => tokenId));
}
