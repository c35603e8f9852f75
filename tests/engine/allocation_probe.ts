/** Prints the bytes that the engine, and who reads its events, allocate for each sequence and step. Run with the GC off. */
import type { RunnerLimits } from "../../src/contracts/runner.ts";
import { makeEngine, makeRequest } from "./harness.ts";

const SEQUENCES = 64;
const STEPS = 300;
/** Until here code is compiled, and arrays grow. */
const WARM = 100;

const limits: RunnerLimits = {
  maxRows: 2048,
  maxSequences: SEQUENCES,
  maxBlocksPerSeq: 32,
  maxModelLen: 512,
  vocabSize: 32000,
  blockSize: 16,
  numBlocks: SEQUENCES * 32,
};
/** One for each of the two steps that may be under way. */
const answers = [0, 1].map(() => ({ tokenIds: new Uint32Array(SEQUENCES).fill(7), logprobs: null }));
const heapUsed: number[] = [];
const engine = makeEngine({
  limits,
  blockBytes: 0,
  fingerprint: "",
  async step() {
    heapUsed.push(process.memoryUsage().heapUsed);
    return answers[heapUsed.length % 2]!;
  },
  readBlocks: async () => new Uint8Array(0),
  writeBlocks() {},
  close() {},
});
await Promise.all(
  Array.from({ length: SEQUENCES }, async (_, i) => {
    const promptIds = Array.from({ length: 24 }, (_, j) => 24 * i + j);
    const request = makeRequest(`${i}`, promptIds, { maxTokens: STEPS });
    const [events] = engine.submit(request, new AbortController().signal);
    for await (const _ of events!);
  }),
);
await engine.close();
const [from, to] = [WARM, STEPS - 1];
console.log((heapUsed[to]! - heapUsed[from]!) / ((to - from) * SEQUENCES));
