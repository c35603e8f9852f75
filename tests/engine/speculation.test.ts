import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import type { GenerationRequest } from "../../src/contracts/generation.ts";
import { FakeRunner } from "./fake_runner.ts";
import { collect, generateAll, makeEngine, makeRequest } from "./harness.ts";

/** So few tokens that guesses are right by chance. */
const VOCAB = 3;
const promptLookup = { maxDraft: 4, minMatch: 1, maxMatch: 3 };
const drafting = { promptLookup: { ...promptLookup, leastChance: 0.1 } };

function randomRequest(random: Random, id: number, longest: number): GenerationRequest {
  const prompt = Array.from({ length: random.integer(1, longest / 2) }, () => random.integer(0, VOCAB - 1));
  const maxTokens = random.integer(1, longest / 2);
  const request = makeRequest(`${id}`, prompt, {
    maxTokens,
    seed: BigInt(random.integer(0, 2 ** 31)),
    stopTokenIds: random.pick([[], [], [random.integer(0, VOCAB - 1)]]),
    minTokens: Math.min(maxTokens, random.pick([0, 0, 6])),
    repetitionPenalty: random.pick([1, 1, 1, 1.5]),
  });
  return { ...request, branches: random.pick([1, 1, 1, 2]), topLogprobs: random.pick([-1, -1, 2]) };
}

async function eventsOf(engine: ReturnType<typeof makeEngine>, request: GenerationRequest) {
  const outputs = engine.submit(request, new AbortController().signal);
  const events = await Promise.all(outputs.map(collect));
  return events.map((output) =>
    output.map(({ tokenId, logprobs, finish }) => ({ tokenId, logprobs, reason: finish?.reason })),
  );
}

describe("speculative decoding", () => {
  for (let seed = 1; seed <= 12; seed++) {
    test(`gives the tokens, log-probabilities and endings of plain decoding, seed ${seed}`, async () => {
      const random = new Random(seed);
      const requests = Array.from({ length: 40 }, (_, i) => randomRequest(random, i, 60));
      const plain = makeEngine(new FakeRunner({ maxModelLen: 64, vocabSize: VOCAB }), { asyncScheduling: false });
      const alone = [];
      for (const request of requests) alone.push(await eventsOf(plain, request));
      await plain.close();

      const runner = new FakeRunner({
        blockSize: random.pick([8, 16]),
        numBlocks: random.integer(10, 40),
        maxRows: random.integer(12, 64),
        maxSequences: random.integer(5, 12),
        maxModelLen: 64,
        vocabSize: VOCAB,
      });
      const engine = makeEngine(runner, {
        ...drafting,
        maxSequences: 5,
        maxSamples: runner.limits.maxSequences,
        headroom: 0,
        asyncScheduling: random.pick([true, false]),
        preemptionMode: random.pick(["recompute", "swap"]),
        swapSpace: 1000,
      });
      runner.beforeStep = () => engine.checkIntegrity();
      const together = await Promise.all(requests.map((request) => eventsOf(engine, request)));
      expect(together).toEqual(alone);
      expect(engine.kvState().used).toBe(0);
      engine.checkIntegrity();
      await engine.close();
    });
  }

  test("drafts and is preempted in such runs, so that they prove something", async () => {
    const random = new Random(5);
    const runner = new FakeRunner({ numBlocks: 10, maxModelLen: 64, vocabSize: VOCAB });
    const engine = makeEngine(runner, { ...drafting, headroom: 0 });
    const requests = Array.from({ length: 40 }, (_, i) => randomRequest(random, i, 60));
    await Promise.all(requests.map((request) => generateAll(engine, request)));
    const { preemptions, speculation } = engine.stats();
    expect(preemptions).toBeGreaterThan(3);
    expect(speculation!.acceptedTokens).toBeGreaterThan(20);
    expect(speculation!.draftTokens).toBeGreaterThan(speculation!.acceptedTokens);
    await engine.close();
  });

  test("takes several tokens a step where a text repeats itself, and which are right", async () => {
    // Always the token of seven places before.
    class Echo extends FakeRunner {
      override async step(input: Parameters<FakeRunner["step"]>[0]) {
        const output = await super.step(input);
        const { blockSize, maxBlocksPerSeq } = this.limits;
        for (let sample = 0; sample < input.samples; sample++) {
          const row = input.sampleRows[sample]!;
          const place = input.positions[row]! - 6;
          const block = input.blockTables[input.rowSequences[row]! * maxBlocksPerSeq + Math.floor(place / blockSize)]!;
          output.tokenIds[sample] = this.memory[block * blockSize + (place % blockSize)]!;
        }
        return output;
      }
    }
    const prompt = [11, 12, 13, 14, 15, 16, 17, 11];
    const runner = new Echo();
    // Every reading of the clock takes as long, and so does every step.
    let reads = 0;
    const engine = makeEngine(runner, { promptLookup, now: () => reads++ });
    const [tokens] = await generateAll(engine, makeRequest("a", prompt, { maxTokens: 240 }));
    expect(tokens).toEqual(Array.from({ length: 240 }, (_, i) => 11 + ((i + 1) % 7)));
    // Sixteen steps are for comparison; in the others a draft of four is confirmed and one more token drawn.
    expect(runner.steps).toBeLessThan(16 + 240 / 4);
    const { draftTokens, acceptedTokens } = engine.stats().speculation!;
    expect(acceptedTokens).toBe(draftTokens);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("is left alone where it never helps: steps overlap, and nothing is drafted", async () => {
    const runner = new FakeRunner({ vocabSize: 5 });
    const engine = makeEngine(runner, { promptLookup: { ...promptLookup, leastChance: 0.4 } });
    const prompt = Array.from({ length: 20 }, (_, i) => i % 5);
    await generateAll(engine, makeRequest("a", prompt, { maxTokens: 200 }));
    const { drafts } = engine.stats().speculation!;
    expect(drafts).toBeLessThan(60);
    expect(runner.resolved).toBeGreaterThan(50);
    await engine.close();
  });

  test("takes no block from anybody", async () => {
    const runner = new FakeRunner({ numBlocks: 4, maxModelLen: 32, vocabSize: VOCAB });
    const engine = makeEngine(runner, { ...drafting, headroom: 0 });
    const requests = [0, 1].map((id) => makeRequest(`${id}`, [id, 1, 0, 1, 0, 1], { maxTokens: 10, seed: BigInt(id) }));
    await Promise.all(requests.map((request) => generateAll(engine, request)));
    expect(engine.stats().preemptions).toBe(0);
    await engine.close();
  });
});
