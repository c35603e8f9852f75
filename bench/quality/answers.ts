import type { GenerationRequest, TokenEvent } from "../../src/contracts/generation.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { greedyRequest } from "../lib/greedy_request.ts";

type Ids = readonly number[];

/** A token of a text, in its place. */
export interface Scored {
  /** Natural logarithm. */
  readonly logprob: number;
  /** The token that was likeliest there. */
  readonly likeliest: number;
}

/** A text whose tokens from `from` on are scored; at least from the second. */
export interface Passage {
  readonly ids: Ids;
  readonly from: number;
}

export function scoresOf(engine: Engine, passages: readonly Passage[]): Promise<Scored[][]> {
  return Promise.all(
    passages.map(async ({ ids, from }, i) => {
      const [first] = await eventsOf(engine, { ...greedyRequest(`passage ${i}`, ids, 1), promptLogprobs: 1 });
      return first!
        .promptLogprobs!.slice(from - 1)
        .map(({ logprob, top }) => ({ logprob, likeliest: top[0]!.tokenId }));
    }),
  );
}

/** `tokens` tokens after each prompt: the likeliest ones, or drawn from the whole distribution. */
export function continuationsOf(
  engine: Engine,
  prompts: readonly Ids[],
  tokens: number,
  how: "greedily" | "drawn",
): Promise<number[][]> {
  return Promise.all(
    prompts.map(async (ids, i) => {
      const request = greedyRequest(`prompt ${i} ${how}`, ids, tokens);
      const drawn = { ...request.params, temperature: 1, seed: BigInt(i) };
      const events = await eventsOf(engine, how === "drawn" ? { ...request, params: drawn } : request);
      return events.map(({ tokenId }) => tokenId);
    }),
  );
}

async function eventsOf(engine: Engine, request: GenerationRequest): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of engine.submit(request, new AbortController().signal)[0]!) events.push(event);
  return events;
}
