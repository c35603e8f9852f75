import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { bundledModel } from "../../src/cli/bundled_model.ts";
import { collect, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";

const SHARED = 512;
const OWN = 8;
const REQUESTS = 100;

const directory = await bundledModel().catch((error: Error) => {
  console.warn(`skipped: ${error.message}`);
  return null;
});

test.skipIf(!directory)(
  `${REQUESTS} requests with one system prompt of ${SHARED} tokens compute it once`,
  async () => {
    const flags = { blockSize: "16", maxNumSeqs: "128", maxNumBatchedTokens: "2048", kvCacheMemory: "64M" };
    const { engine } = await engineOn(deviceKinds.at(-1)!, directory!, flags);
    const random = new Random(512);
    const draw = (length: number) => Array.from({ length }, () => random.integer(0, engine.vocabSize - 1));
    const system = draw(SHARED);
    // Their own parts differ from the first token on.
    const prompts = Array.from({ length: REQUESTS }, (_, i) => [...system, i, ...draw(OWN - 1)]);
    const ask = async (prompt: number[], i: number) => {
      const [events] = engine.submit(makeRequest(`${i}`, prompt, { maxTokens: 1 }), new AbortController().signal);
      const [{ cachedTokens, finish }] = (await collect(events!)) as [Awaited<ReturnType<typeof collect>>[number]];
      return { cachedTokens, milliseconds: finish!.timing.firstToken - finish!.timing.arrived };
    };

    const first = await ask(prompts[0]!, 0);
    expect(first.cachedTokens).toBe(0);
    const second = await ask(prompts[1]!, 1);
    const others = await Promise.all(prompts.slice(2).map((prompt, i) => ask(prompt, i + 2)));
    for (const { cachedTokens } of [second, ...others]) expect(cachedTokens).toBe(SHARED);
    expect(engine.stats()).toMatchObject({
      scheduledTokens: SHARED + REQUESTS * OWN,
      prefixQueryTokens: REQUESTS * (SHARED + OWN),
      prefixHitTokens: (REQUESTS - 1) * SHARED,
    });
    // Sixty-five times fewer tokens; a busy machine may take its share of the difference, but not all of it.
    expect(first.milliseconds / second.milliseconds).toBeGreaterThan(2);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  },
  60_000,
);
