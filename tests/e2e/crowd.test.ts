import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { generate, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";
import { trainedModel } from "./goldens.ts";

const model = trainedModel("stories260K");

for (const kind of model ? deviceKinds : []) {
  test(`64 requests of mixed lengths on 60 blocks of 8 get the tokens they get alone, on ${kind}`, async () => {
    const random = new Random(260);
    const requests = Array.from({ length: 64 }, (_, i) => {
      const prompt = [1, ...Array.from({ length: random.integer(0, 60) }, () => random.integer(3, 511))];
      const sampled = i % 4 === 3 ? { temperature: 1, topP: 0.95 } : {};
      return makeRequest(String(i), prompt, { maxTokens: random.integer(1, 60), seed: BigInt(i), ...sampled });
    });
    const flags = { blockSize: "8", numGpuBlocksOverride: "60" };
    const quiet = await engineOn(kind, model!.directory, { ...flags, numGpuBlocksOverride: "1000" });
    const alone: number[][] = [];
    for (const request of requests) alone.push(await generate(quiet.engine, request));
    await quiet.engine.close();

    const crowded = await engineOn(kind, model!.directory, flags);
    const together = await Promise.all(requests.map((request) => generate(crowded.engine, request)));
    expect(together).toEqual(alone);
    expect(crowded.engine.stats().preemptions).toBeGreaterThan(0);
    expect(crowded.engine.kvState()).toMatchObject({ used: 0, free: 60 });
    crowded.engine.checkIntegrity();
    await crowded.engine.close();
  }, 60_000);
}
