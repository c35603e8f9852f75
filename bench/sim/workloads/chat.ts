import type { Random } from "../../../src/base/random.ts";
import { type SimRequest, streamTokens, tokenAt } from "../request.ts";
import { lengthSampler, SHAREGPT } from "./lengths.ts";
import { poissonArrivals } from "./poisson.ts";

/** The paper's chat: the prompt is the last 1024 tokens of the history, the answer has at most 1024. */
export const HISTORY_LIMIT = 1024;

/** Rounds of a conversation, on average; geometric. */
const MEAN_ROUNDS = 6;
/** Seconds between the rounds of a conversation, on average. */
const MEAN_GAP = 120;

/**
 * Conversations with ShareGPT's lengths. Their rounds arrive at `rate` requests per second in all; a round's prompt is
 * the conversation so far, answers included, cut to its last `HISTORY_LIMIT` tokens.
 */
export function chatWorkload(rate: number, duration: number, random: Random): SimRequest[] {
  const question = lengthSampler(SHAREGPT.prompt);
  const answer = lengthSampler(SHAREGPT.output);
  const rounds: Omit<SimRequest, "id">[] = [];
  // Rounds past the end are dropped, so conversations must begin before the trace does for an even rate.
  const warmUp = MEAN_ROUNDS * MEAN_GAP * 2;
  poissonArrivals(rate / MEAN_ROUNDS, duration + warmUp, random).forEach((start, stream) => {
    let arrival = start - warmUp;
    let length = 0;
    do {
      length += question(random);
      const outputLength = answer(random);
      if (arrival >= 0 && arrival < duration) rounds.push(round(stream, arrival, length, outputLength));
      length += outputLength;
      arrival += -Math.log(1 - random.next()) * MEAN_GAP;
    } while (random.next() >= 1 / MEAN_ROUNDS);
  });
  return rounds.toSorted((a, b) => a.arrival - b.arrival).map((request, id) => ({ id, ...request }));
}

/** A conversation is one stream of tokens; `end` of them precede the answer. */
function round(stream: number, arrival: number, end: number, outputLength: number): Omit<SimRequest, "id"> {
  const promptLength = Math.min(end, HISTORY_LIMIT);
  return {
    arrival,
    promptLength,
    outputLength,
    prompt: () => streamTokens(stream, end - promptLength, promptLength),
    output: (i) => tokenAt(stream, end + i),
  };
}
