import { parseArgs } from "node:util";
import type { Runner, RunnerLimits } from "../src/contracts/runner.ts";
import { Engine } from "../src/engine/engine.ts";
import { engineOptions } from "./lib/engine_options.ts";
import { greedyRequest } from "./lib/greedy_request.ts";
import { median } from "./lib/statistics.ts";

/**
 * The engine's own time per step: scheduling, filling the batch, stop checks and handing out tokens, with a runner that
 * answers at once. The turn of the event loop between steps is counted, too.
 *
 *   ./octavo bench engine_host [--batch 64] [--tokens 400]
 */
const { values } = parseArgs({
  options: { batch: { type: "string", default: "64" }, tokens: { type: "string", default: "400" } },
});
const batch = Number(values.batch);
const tokens = Number(values.tokens);

const limits: RunnerLimits = {
  maxRows: 2048,
  maxSequences: batch,
  maxBlocksPerSeq: 128,
  maxModelLen: 2048,
  vocabSize: 32000,
  blockSize: 16,
  numBlocks: batch * 128,
};
const stepTimes: number[] = [];
let stepEnded = 0;
const runner: Runner = {
  limits,
  blockBytes: 0,
  fingerprint: "",
  readBlocks: async () => new Uint8Array(0),
  writeBlocks() {},
  async step({ samples }) {
    const now = performance.now();
    if (stepEnded > 0 && samples === batch) stepTimes.push(now - stepEnded);
    const tokenIds = new Uint32Array(samples).fill(7);
    stepEnded = performance.now();
    return { tokenIds, logprobs: null };
  },
  close() {},
};
const engine = new Engine(
  runner,
  engineOptions({ maxBatchedTokens: limits.maxRows, maxSequences: batch, headroom: 0.5 }),
);

await Promise.all(
  Array.from({ length: batch }, async (_, i) => {
    const promptIds = Array.from({ length: 24 }, (_, j) => (i * 31 + j) % limits.vocabSize);
    const [events] = engine.submit(greedyRequest(String(i), promptIds, tokens), new AbortController().signal);
    for await (const _ of events!);
  }),
);
await engine.close();

const sorted = stepTimes.toSorted((a, b) => a - b);
console.log(`batch ${batch}: ${stepTimes.length} steps`);
console.log(
  `engine host time per step: median ${(median(sorted) * 1000).toFixed(0)} us, p99 ${(sorted[Math.floor(sorted.length * 0.99)]! * 1000).toFixed(0)} us`,
);
