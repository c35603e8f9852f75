import { describe, expect, test } from "bun:test";
import type { BuiltEngine } from "../../src/build.ts";
import { generate, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";
import { firstWrongToken, type GoldenModel, randomModels, trainedModel } from "./goldens.ts";

/** Largest difference from the golden logits of the prompt's last position. */
async function logitsError({ engine, runner }: BuiltEngine, { cases }: GoldenModel): Promise<number> {
  let worst = 0;
  for (const [i, { promptIds, lastLogits }] of cases.entries()) {
    await generate(engine, makeRequest(`logits-${i}`, [...promptIds], { maxTokens: 1 }));
    const logits = await runner.readLogits(1);
    lastLogits.forEach((expected, id) => {
      worst = Math.max(worst, Math.abs(logits[id]! - expected));
    });
  }
  return worst;
}

async function wrongTokens({ engine }: BuiltEngine, { cases }: GoldenModel, doubt: number): Promise<string[]> {
  const wrong: string[] = [];
  for (const [i, golden] of cases.entries()) {
    const params = { maxTokens: golden.greedyIds.length, ignoreEos: true };
    const tokens = await generate(engine, makeRequest(`greedy-${i}`, [...golden.promptIds], params));
    const at = firstWrongToken(tokens, golden, doubt);
    if (at >= 0) wrong.push(`case ${i} token ${at}: ${tokens[at]} for ${golden.greedyIds[at]}`);
  }
  return wrong;
}

const trained = ["stories260K", "TinyStories-656K"].map(trainedModel).filter((model) => model !== null);

for (const kind of deviceKinds) {
  // f32 weights and f32 KV: what is left is the arithmetic of the device.
  const tolerance = kind === "reference" ? 1e-4 : 2e-3;

  describe(`trained models on ${kind}`, () => {
    for (const model of trained) {
      test(`${model.name} agrees with float64 and tells the golden stories`, async () => {
        const built = await engineOn(kind, model.directory);
        expect(await logitsError(built, model)).toBeLessThan(tolerance);
        expect(await wrongTokens(built, model, 0.02)).toEqual([]);
        await built.engine.close();
      }, 60_000);
    }
  });

  describe(`random checkpoints on ${kind} agree with Hugging Face transformers`, () => {
    for (const model of randomModels()) {
      test(`${model.name}, KV in f32`, async () => {
        const built = await engineOn(kind, model.directory, { kvCacheDtype: "f32" });
        expect(await logitsError(built, model)).toBeLessThan(tolerance);
        expect(await wrongTokens(built, model, 0.02)).toEqual([]);
        await built.engine.close();
      }, 60_000);

      test(`${model.name}, KV in f16`, async () => {
        const built = await engineOn(kind, model.directory, { kvCacheDtype: "f16", blockSize: "8" });
        expect(await logitsError(built, model)).toBeLessThan(0.1);
        expect(await wrongTokens(built, model, 0.2)).toEqual([]);
        await built.engine.close();
      });
    }
  });
}
