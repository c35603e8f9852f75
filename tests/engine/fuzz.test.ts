import { describe, expect, test } from "bun:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Random } from "../../src/base/random.ts";
import type { GenerationRequest, SamplingParams } from "../../src/contracts/generation.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { FakeRunner } from "./fake_runner.ts";
import { collect, generateAll, makeEngine, makeRequest } from "./harness.ts";

const VOCAB = 40;

/** @param isPlain Samples alone, which no step has to wait for. */
function randomRequests(random: Random, count: number, longest: number, isPlain = false): GenerationRequest[] {
  return Array.from({ length: count }, (_, i) => {
    const prompt = Array.from({ length: random.integer(1, longest / 2) }, () => random.integer(0, VOCAB - 1));
    const request = makeRequest(`request-${i}`, prompt, {
      maxTokens: random.integer(1, longest / 2),
      seed: BigInt(random.integer(0, 2 ** 31)),
      stopTokenIds: random.pick([[], [1, 2]]),
    });
    const branches = random.pick([1, 1, 1, 2, 3]);
    const width = branches + random.integer(1, 2);
    const lengthPenalty = random.pick([0, 1, 2]);
    if (isPlain) return { ...request, branches, priority: random.integer(0, 2) };
    const beam = random.next() < 0.2 ? { width, lengthPenalty, earlyStopping: random.pick([true, false]) } : null;
    const params = beam ? request.params : { ...request.params, ...randomEdits(random) };
    const promptLogprobs = beam ? -1 : random.pick([-1, -1, 0, 3]);
    return { ...request, params, promptLogprobs, branches, beam, priority: random.integer(0, 2) };
  });
}

/** Most ask for nothing. */
function randomEdits(random: Random): Partial<SamplingParams> {
  const token = () => random.integer(0, VOCAB - 1);
  const tokens = () => Array.from({ length: random.integer(1, 9) }, token);
  return random.pick<() => Partial<SamplingParams>>([
    () => ({}),
    () => ({}),
    () => ({ repetitionPenalty: 1.5 }),
    () => ({ frequencyPenalty: -1, minTokens: 1 }),
    () => ({ presencePenalty: 0.5, allowedTokenIds: [3, ...tokens()] }),
    () => ({ logitBias: new Map(tokens().map((id) => [id, random.integer(-5, 5)])), badWords: [[token(), token()]] }),
  ])();
}

/** Tokens, and what is said of the prompt, of every continuation. */
async function answersOf(engine: Engine, request: GenerationRequest) {
  const outputs = engine.submit(request, new AbortController().signal);
  const events = await Promise.all(outputs.map(collect));
  return events.map((output) => ({
    tokens: output.map(({ tokenId }) => tokenId),
    prompt: [...(output[0]!.promptLogprobs ?? [])],
  }));
}

describe("a crowd of requests on a small pool", () => {
  for (let seed = 1; seed <= 20; seed++) {
    test(`every request gets exactly the tokens it gets alone, seed ${seed}`, async () => {
      const random = new Random(seed);
      const limits = {
        blockSize: random.pick([8, 16, 32]),
        // Five beams of 60 tokens fit into the smallest.
        numBlocks: random.integer(40, 60),
        maxRows: random.integer(9, 64),
        maxSequences: random.integer(5, 9),
        maxModelLen: 64,
        vocabSize: VOCAB,
      };
      const isPlain = seed % 2 === 0;
      const requests = randomRequests(random, 40, 60, isPlain);
      const alone: Awaited<ReturnType<typeof answersOf>>[] = [];
      const quiet = makeEngine(new FakeRunner({ maxModelLen: 64, vocabSize: VOCAB }), { asyncScheduling: false });
      for (const request of requests) alone.push(await answersOf(quiet, request));
      for (const [i, { promptIds, promptLogprobs }] of requests.entries()) {
        for (const { prompt } of alone[i]!) expect(prompt.length).toBe(promptLogprobs < 0 ? 0 : promptIds.length - 1);
      }
      await quiet.close();

      const runner = new FakeRunner(limits);
      const engine = makeEngine(runner, {
        longPrefillThreshold: random.pick([0, 0, 5]),
        policy: random.pick(["fcfs", "priority"]),
        headroom: random.pick([0, 0.5]),
        preemptionMode: random.pick(["recompute", "swap", "auto"]),
        swapSpace: random.pick([0, 4, 1000]) * runner.blockBytes,
        prefixCaching: random.next() < 0.7,
      });
      // A device that is late: the next step is handed in meanwhile.
      runner.beforeStep = async () => {
        engine.checkIntegrity();
        if (random.next() < 0.3) await nextTurn();
        engine.checkIntegrity();
      };
      const together = await Promise.all(
        requests.map(async (request, i) => {
          if (i > 20) await Bun.sleep(random.integer(0, 10));
          return answersOf(engine, request);
        }),
      );
      expect(together).toEqual(alone);
      if (isPlain) expect(runner.resolved).toBeGreaterThan(0);
      expect(runner.maxRowsSeen).toBeLessThanOrEqual(limits.maxRows);
      expect(engine.kvState().used).toBe(0);
      engine.checkIntegrity();
      await engine.close();
    });
  }

  test("preemption happens in these runs, so that they prove something", async () => {
    const engine = makeEngine(new FakeRunner({ numBlocks: 40, maxModelLen: 64, vocabSize: VOCAB }), { headroom: 0 });
    await Promise.all(randomRequests(new Random(7), 80, 60).map((request) => generateAll(engine, request)));
    expect(engine.stats().preemptions).toBeGreaterThan(3);
    await engine.close();
  });

  test("clients that leave at random cost the others nothing", async () => {
    const random = new Random(99);
    const requests = randomRequests(random, 60, 60);
    const quiet = makeEngine(new FakeRunner({ maxModelLen: 64, vocabSize: VOCAB }));
    const alone = await Promise.all(requests.map((request) => generateAll(quiet, request)));
    await quiet.close();

    const runner = new FakeRunner({ numBlocks: 40, maxModelLen: 64, vocabSize: VOCAB });
    const engine = makeEngine(runner);
    runner.beforeStep = () => engine.checkIntegrity();
    await Promise.all(
      requests.map(async (request, i) => {
        const controller = new AbortController();
        const stays = i % 3 !== 0;
        if (!stays) setTimeout(() => controller.abort(), random.integer(0, 30));
        const outputs = await Promise.all(engine.submit(request, controller.signal).map(collect));
        for (const [k, events] of outputs.entries()) {
          const tokens = events.map(({ tokenId }) => tokenId);
          expect(tokens).toEqual(stays ? alone[i]![k]! : alone[i]![k]!.slice(0, tokens.length));
        }
      }),
    );
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });
});
