import { expect, test } from "bun:test";
import type { Pooling } from "../../src/contracts/generation.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { FakeRunner } from "./fake_runner.ts";
import { collect, makeEngine, makeRequest } from "./harness.ts";

const promptOf = (length: number, seed: number) => Array.from({ length }, (_, i) => (i * 31 + seed * 17) % 1000);

async function pool(engine: Engine, id: string, promptIds: number[], pooling: Pooling) {
  const request = { ...makeRequest(id, promptIds, { maxTokens: 1, ignoreEos: true }), pooling };
  const [event] = await collect(engine.submit(request, new AbortController().signal)[0]!);
  return { vector: [...event!.pooled!], cachedTokens: event!.cachedTokens };
}

test("the vector of a prompt has the same bits however it was cut, and whatever the cache holds", async () => {
  const prompt = promptOf(50, 1);
  for (const pooling of ["mean", "last"] as const) {
    const whole = makeEngine(new FakeRunner());
    const { vector } = await pool(whole, "a", prompt, pooling);
    const again = await pool(whole, "b", prompt, pooling);
    expect(again.vector).toEqual(vector);
    // The mean needs every row, the last token only its own.
    expect(again.cachedTokens > 0).toBe(pooling === "last");
    for (const longPrefillThreshold of [1, 7, 49]) {
      const cut = makeEngine(new FakeRunner(), { longPrefillThreshold });
      expect((await pool(cut, "a", prompt, pooling)).vector).toEqual(vector);
      await cut.close();
    }
    await whole.close();
  }
});

test("the mean of a prompt of one token is its last state", async () => {
  const engine = makeEngine(new FakeRunner());
  const last = await pool(engine, "a", [5], "last");
  expect((await pool(engine, "b", [5], "mean")).vector).toEqual(last.vector);
  await engine.close();
});

test("many at once, with texts being written, on so few blocks that some are preempted", async () => {
  const alone = makeEngine(new FakeRunner());
  const prompts = Array.from({ length: 12 }, (_, i) => promptOf(20 + 7 * i, i));
  const expected: number[][] = [];
  const kinds = prompts.map((_, i): Pooling => (i % 2 === 0 ? "mean" : "last"));
  for (const [i, prompt] of prompts.entries()) expected.push((await pool(alone, `${i}`, prompt, kinds[i]!)).vector);
  await alone.close();

  const runner = new FakeRunner({ numBlocks: 24, maxRows: 32, maxModelLen: 160 });
  const engine = makeEngine(runner, { headroom: 0, longPrefillThreshold: 9 });
  const texts = Array.from({ length: 4 }, (_, i) => {
    const request = makeRequest(`text ${i}`, promptOf(8, 40 + i), { maxTokens: 60 });
    return collect(engine.submit(request, new AbortController().signal)[0]!);
  });
  const vectors = await Promise.all(prompts.map((prompt, i) => pool(engine, `${i}`, prompt, kinds[i]!)));
  expect(vectors.map(({ vector }) => vector)).toEqual(expected);
  await Promise.all(texts);
  expect(engine.stats().preemptions).toBeGreaterThan(0);
  engine.checkIntegrity();
  expect(engine.kvState().used).toBe(0);
  await engine.close();
});
