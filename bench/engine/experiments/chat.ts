import type { Engine } from "../../../src/engine/engine.ts";
import { mean } from "../../lib/statistics.ts";
import { type SimRequest, streamTokens, tokenAt } from "../../sim/request.ts";
import { type EngineExperiment, simulated } from "../experiment.ts";
import { serveBurst, simulateBurst, withEngine } from "../load.ts";

const CONVERSATIONS = 6;
const ROUNDS = 4;
const QUESTION = 30;
const ANSWER = 40;
const shape = (prefixCaching: boolean) => ({ numBlocks: 512, blockSize: 8, prefixCaching });

/** Fig 17: conversations whose history is part of each prompt. Nobody thinks: all ask again when all have their answer. */
export const chat: EngineExperiment = {
  name: "fig17",
  title: "Fig 17: chat with history",
  async run(target) {
    const [without, cached] = [
      await withEngine(target, shape(false), converse),
      await withEngine(target, shape(true), converse),
    ];
    const [plain, shared] = [simulateChat(false), simulateChat(true)];
    return {
      rows: [
        {
          measure: "computed tokens saved by the prefix cache",
          simulated: 100 * (1 - shared / plain),
          engine: 100 * (1 - cached.computed / without.computed),
          digits: 1,
          unit: "%",
        },
        {
          measure: "time to the first token without the cache over that with it, last round",
          simulated: null,
          engine: without.lastRound / cached.lastRound,
          digits: 2,
          unit: "x",
        },
        {
          measure: "requests per second over those without the cache",
          simulated: null,
          engine: without.seconds / cached.seconds,
          digits: 2,
          unit: "x",
        },
      ],
      charts: [
        {
          kind: "bars",
          name: "engine_fig17_chat",
          title: `Tokens computed, ${CONVERSATIONS} conversations of ${ROUNDS} rounds`,
          y: "tokens",
          groups: ["no cache", "cache"],
          series: [
            { name: "simulated", values: [plain, shared] },
            { name: "measured", values: [without.computed, cached.computed] },
          ],
        },
      ],
    };
  },
};

/** Tokens and seconds of all rounds, and the mean milliseconds to the first token of the last one. */
async function converse(engine: Engine) {
  const histories = Array.from({ length: CONVERSATIONS }, () => [] as number[]);
  let computed = 0;
  let seconds = 0;
  let lastRound = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, history] of histories.entries()) history.push(...question(i, round));
    const served = await serveBurst(engine, histories.map(request));
    for (const [i, answer] of served.outputs.entries()) histories[i]!.push(...answer);
    computed += served.computed;
    seconds += served.seconds;
    lastRound = mean(served.timeToFirstToken);
  }
  return { computed, seconds, lastRound };
}

/** Tokens of all rounds, with answers made up. */
function simulateChat(prefixCaching: boolean): number {
  const policy = simulated(shape(prefixCaching));
  const histories = Array.from({ length: CONVERSATIONS }, () => [] as number[]);
  let computed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, history] of histories.entries()) history.push(...question(i, round));
    const requests = histories.map(request);
    computed += simulateBurst(policy, requests).computed;
    for (const [i, { output }] of requests.entries()) {
      histories[i]!.push(...Array.from({ length: ANSWER }, (_, j) => output(j)));
    }
  }
  return computed;
}

function question(conversation: number, round: number): Uint32Array {
  return streamTokens(conversation, round * QUESTION, QUESTION);
}

function request(history: readonly number[], id: number): SimRequest {
  const prompt = Uint32Array.from(history);
  const stream = CONVERSATIONS + id;
  return {
    id,
    arrival: 0,
    promptLength: prompt.length,
    outputLength: ANSWER,
    prompt: () => prompt,
    output: (i) => tokenAt(stream, prompt.length + i),
  };
}
