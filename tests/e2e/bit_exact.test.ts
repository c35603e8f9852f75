import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Random } from "../../src/base/random.ts";
import type { BuiltEngine } from "../../src/build.ts";
import type { GenerationRequest, SamplingParams } from "../../src/contracts/generation.ts";
import { SAMPLING_WORDS, type StepInput } from "../../src/contracts/runner.ts";
import { generate, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn, matrixKinds } from "./devices.ts";

const LLAMA = join(import.meta.dir, "../golden/llama-hd64");
const OPT = join(import.meta.dir, "../golden/opt-hd16");

const token = (random: Random) => random.integer(3, 60);

/** Every kind of edit and filter, in turn. */
function randomParams(random: Random, i: number): Partial<SamplingParams> {
  const tokens = Array.from({ length: 20 }, () => token(random));
  return [
    {},
    { repetitionPenalty: 1.3, temperature: 0.8 },
    { frequencyPenalty: 0.7, presencePenalty: 0.4 },
    { allowedTokenIds: tokens, minP: 0.05, temperature: 1.2 },
    { logitBias: new Map(tokens.map((id, place) => [id, place / 4 - 2])), typicalP: 0.8, temperature: 1 },
    { badWords: [...tokens.map((id) => [id]), [4, 5]], repetitionPenalty: 0.9, minTokens: 3 },
  ][i % 6]!;
}

/** Greedy and sampled requests with prompts that cross blocks and partitions; the seed names the request. */
function makeRequests(): GenerationRequest[] {
  const random = new Random(5);
  return Array.from({ length: 12 }, (_, i) => {
    const length = random.pick([1, 2, 9, 16, 31, 40, 64, 65]);
    const prompt = Array.from({ length }, () => token(random));
    const sampled = i % 2 === 1 ? { temperature: 0.9, topK: 20, topP: 0.9 } : {};
    const params = { ...sampled, ...randomParams(random, Math.floor(i / 2)) };
    return makeRequest(`request-${i}`, prompt, { maxTokens: 12, ignoreEos: true, seed: BigInt(i + 1), ...params });
  });
}

/** Bits of all logits that each request (by its seed) was sampled from, by position. */
type LogitBits = Map<string, string>;

/** Watches the runner and notes the logits of every sample, before the next step that waits already overwrites them. */
function recordLogits({ runner }: BuiltEngine): LogitBits {
  const bits: LogitBits = new Map();
  const step = runner.step.bind(runner);
  const recorded = async (input: StepInput) => {
    const ids = await step(input);
    const { vocabSize } = runner.limits;
    const logits = await runner.readLogits(input.samples);
    for (let i = 0; i < input.samples; i++) {
      const seed = input.sampling[i * SAMPLING_WORDS + 3]!;
      const position = input.sampling[i * SAMPLING_WORDS + 5]!;
      const row = logits.slice(i * vocabSize, (i + 1) * vocabSize);
      bits.set(`request ${seed} position ${position}`, Bun.hash(new Uint8Array(row.buffer)).toString(16));
    }
    return ids;
  };
  let before: Promise<unknown> = Promise.resolve();
  runner.step = (input) => {
    const output = before.then(() => recorded(input));
    before = output.catch(() => {});
    return output;
  };
  return bits;
}

interface Outcome {
  readonly tokens: number[][];
  readonly bits: Record<string, string>;
  readonly preemptions: number;
  readonly cachedTokens: number;
}

async function run(
  kind: (typeof deviceKinds)[number],
  directory: string,
  flags: Record<string, string>,
  together: boolean,
  rounds = 1,
): Promise<Outcome> {
  const built = await engineOn(kind, directory, { maxModelLen: "80", ...flags });
  const bits = recordLogits(built);
  let tokens: number[][] = [];
  const requests = makeRequests();
  for (let round = 0; round < rounds; round++) {
    if (together) tokens = await Promise.all(requests.map((request) => generate(built.engine, request)));
    else for (const request of requests) tokens.push(await generate(built.engine, request));
  }
  const { preemptions, prefixHitTokens } = built.engine.stats();
  expect(built.engine.kvState().used).toBe(0);
  await built.engine.close();
  return { tokens, preemptions, cachedTokens: prefixHitTokens, bits: Object.fromEntries([...bits].toSorted()) };
}

for (const kind of [...deviceKinds, ...matrixKinds]) {
  for (const [name, directory, given] of [
    ["LLaMA in bf16, sharded", LLAMA, {}],
    ["LLaMA in w8a8, KV in int8", LLAMA, { quantization: "w8a8", kvCacheDtype: "int8" }],
    ["OPT", OPT, {}],
  ] as const) {
    const runWith = (flags: Record<string, string>, together: boolean, rounds = 1) =>
      run(kind, directory, { ...given, ...flags }, together, rounds);
    describe(`${name} on ${kind}: the same bits as alone and whole`, async () => {
      const alone = await runWith({ enablePrefixCaching: "false" }, false);

      const ways: [string, Record<string, string>][] = [
        ["batched", {}],
        ["batched and chunked at 1 row more than the sequences", { maxNumBatchedTokens: "13", maxNumSeqs: "12" }],
        ["batched and chunked at 7 rows a prompt", { longPrefillTokenThreshold: "7" }],
        ["batched, one sequence at a time, 3 rows a step", { maxNumBatchedTokens: "3", maxNumSeqs: "1" }],
        ["blocks of 8", { blockSize: "8" }],
        ["blocks of 64", { blockSize: "64" }],
        [
          "with drafted tokens",
          { speculativeConfig: '{"method":"ngram","num_speculative_tokens":4,"prompt_lookup_min":1}' },
        ],
      ];
      for (const [way, flags] of ways) {
        test(way, async () => {
          const outcome = await runWith(flags, true);
          expect(outcome.tokens).toEqual(alone.tokens);
          expect(outcome.bits).toEqual(alone.bits);
        }, 60_000);
      }

      test("served from the prefix cache, to the token", async () => {
        const outcome = await runWith({ blockSize: "16" }, true, 2);
        expect(outcome.cachedTokens).toBeGreaterThan(200);
        expect(outcome.tokens).toEqual(alone.tokens);
        expect(outcome.bits).toEqual(alone.bits);
      }, 60_000);

      test("preempted and recomputed", async () => {
        const outcome = await runWith({ blockSize: "8", numGpuBlocksOverride: "14" }, true);
        expect(outcome.preemptions).toBeGreaterThan(0);
        expect(outcome.tokens).toEqual(alone.tokens);
        expect(outcome.bits).toEqual(alone.bits);
      }, 60_000);
    });
  }
}
