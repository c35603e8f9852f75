import { expect, test } from "bun:test";
import { buildEngine } from "../../src/build.ts";
import { parseServeConfig } from "../../src/config.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { collect, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn, freshDevice } from "./devices.ts";
import { trainedModel } from "./goldens.ts";

const model = trainedModel("stories260K");
/** Drafts whether they pay or not. */
const speculativeConfig = { maxDraft: 4, minMatch: 2, maxMatch: 4, leastChance: 0.2 };

/** What the model writes by itself, given again before it writes on: much of it comes a second time. */
async function answers(engine: Engine): Promise<{ tokenId: number; logprob: number | undefined }[][]> {
  const story = await collect(
    engine.submit(makeRequest("story", [1], { maxTokens: 40 }), new AbortController().signal)[0]!,
  );
  const told = story.map(({ tokenId }) => tokenId);
  return Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const prompt = [1, ...told, ...told.slice(0, 10 + i)];
      const params = { maxTokens: 60, ignoreEos: true, seed: BigInt(i), temperature: i % 2 === 0 ? 0 : 0.8 };
      const request = { ...makeRequest(`${i}`, prompt, params), topLogprobs: 0 };
      const events = await collect(engine.submit(request, new AbortController().signal)[0]!);
      return events.map(({ tokenId, logprobs }) => ({ tokenId, logprob: logprobs?.logprob }));
    }),
  );
}

for (const kind of model ? deviceKinds : []) {
  test(`drafts leave tokens and log-probabilities as they are, on ${kind}, preempted too`, async () => {
    const flags = { blockSize: "8", maxModelLen: "128" };
    const plain = await engineOn(kind, model!.directory, flags);
    const expected = await answers(plain.engine);
    await plain.engine.close();
    for (const numGpuBlocksOverride of ["200", "36"]) {
      const config = parseServeConfig({ ...flags, numGpuBlocksOverride, kvCacheMemory: "8M" }, {});
      const { engine } = await buildEngine(model!.directory, await freshDevice(kind), { ...config, speculativeConfig });
      expect(await answers(engine)).toEqual(expected);
      const { speculation, preemptions } = engine.stats();
      expect(speculation!.acceptedTokens).toBeGreaterThan(50);
      expect(preemptions > 0).toBe(numGpuBlocksOverride === "36");
      expect(engine.kvState().used).toBe(0);
      engine.checkIntegrity();
      await engine.close();
    }
  }, 120_000);
}
