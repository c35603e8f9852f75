import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import type { GenerationRequest } from "../../src/contracts/generation.ts";
import { FakeRunner } from "./fake_runner.ts";
import { collect, generate, makeEngine, makeRequest } from "./harness.ts";

function randomRequests(random: Random, count: number, longest: number): GenerationRequest[] {
  return Array.from({ length: count }, (_, i) => {
    const prompt = Array.from({ length: random.integer(1, longest / 2) }, () => random.integer(0, 999));
    return makeRequest(`request-${i}`, prompt, {
      maxTokens: random.integer(1, longest / 2),
      seed: BigInt(random.integer(0, 2 ** 31)),
    });
  });
}

describe("a crowd of requests on a small pool", () => {
  for (let seed = 1; seed <= 12; seed++) {
    test(`every request gets exactly the tokens it gets alone, seed ${seed}`, async () => {
      const random = new Random(seed);
      const limits = {
        blockSize: random.pick([8, 16, 32]),
        numBlocks: random.integer(8, 30),
        maxRows: random.integer(9, 64),
        maxSequences: random.integer(1, 40),
        maxModelLen: 64,
      };
      const requests = randomRequests(random, 40, 60);
      const alone: number[][] = [];
      const quiet = makeEngine(new FakeRunner({ maxModelLen: 64 }));
      for (const request of requests) alone.push(await generate(quiet, request));
      await quiet.close();

      const runner = new FakeRunner(limits);
      const engine = makeEngine(runner, { longPrefillThreshold: random.pick([0, 0, 5]) });
      runner.beforeStep = () => engine.checkIntegrity();
      const together = await Promise.all(
        requests.map(async (request, i) => {
          if (i > 20) await Bun.sleep(random.integer(0, 10));
          return generate(engine, request);
        }),
      );
      expect(together).toEqual(alone);
      expect(runner.maxRowsSeen).toBeLessThanOrEqual(limits.maxRows);
      expect(engine.kvState().used).toBe(0);
      engine.checkIntegrity();
      await engine.close();
    });
  }

  test("preemption happens in these runs, so that they prove something", async () => {
    const engine = makeEngine(new FakeRunner({ numBlocks: 8, maxModelLen: 64 }));
    await Promise.all(randomRequests(new Random(7), 20, 60).map((request) => generate(engine, request)));
    expect(engine.stats().preemptions).toBeGreaterThan(5);
    await engine.close();
  });

  test("clients that leave at random cost the others nothing", async () => {
    const random = new Random(99);
    const requests = randomRequests(random, 60, 60);
    const quiet = makeEngine(new FakeRunner({ maxModelLen: 64 }));
    const alone = await Promise.all(requests.map((request) => generate(quiet, request)));
    await quiet.close();

    const runner = new FakeRunner({ numBlocks: 12, maxModelLen: 64 });
    const engine = makeEngine(runner);
    runner.beforeStep = () => engine.checkIntegrity();
    await Promise.all(
      requests.map(async (request, i) => {
        const controller = new AbortController();
        const stays = i % 3 !== 0;
        if (!stays) setTimeout(() => controller.abort(), random.integer(0, 30));
        const events = await collect(engine.submit(request, controller.signal));
        const tokens = events.map(({ tokenId }) => tokenId);
        if (stays) expect(tokens).toEqual(alone[i]!);
        else expect(tokens).toEqual(alone[i]!.slice(0, tokens.length));
      }),
    );
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });
});
