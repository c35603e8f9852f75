import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pooling } from "../../src/contracts/generation.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { collect, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";

interface Golden {
  readonly model: string;
  readonly prompt_ids: number[];
  readonly mean: number[];
  readonly last: number[];
}

const GOLDEN = join(import.meta.dir, "../golden");
const goldens: Golden[] = JSON.parse(readFileSync(join(GOLDEN, "embeddings.json"), "utf8"));

async function pool(engine: Engine, promptIds: number[], pooling: Pooling): Promise<Float64Array> {
  const request = {
    ...makeRequest(`${promptIds.length} ${pooling}`, promptIds, { maxTokens: 1, ignoreEos: true }),
    pooling,
  };
  const [event] = await collect(engine.submit(request, new AbortController().signal)[0]!);
  return event!.pooled!;
}

for (const kind of deviceKinds) {
  test(`vectors on ${kind} have the same bits whole, in chunks and after a hit in the prefix cache`, async () => {
    const prompt = goldens.find(
      ({ model, prompt_ids }) => model === "llama-hd64" && prompt_ids.length === 70,
    )!.prompt_ids;
    const found: Float64Array[][] = [];
    for (const longPrefillTokenThreshold of ["0", "9"]) {
      const { engine } = await engineOn(kind, join(GOLDEN, "llama-hd64"), {
        longPrefillTokenThreshold,
        blockSize: "8",
      });
      for (let i = 0; i < 2; i++) found.push([await pool(engine, prompt, "mean"), await pool(engine, prompt, "last")]);
      expect(engine.stats().prefixHitTokens).toBeGreaterThan(64);
      await engine.close();
    }
    for (const vectors of found) expect(vectors).toEqual(found[0]!);
  });

  describe(`vectors on ${kind} equal those of Hugging Face transformers`, () => {
    for (const model of new Set(goldens.map((golden) => golden.model))) {
      test(model, async () => {
        const flags = { dtype: "f32", kvCacheDtype: "f32", longPrefillTokenThreshold: "16" };
        const { engine } = await engineOn(kind, join(GOLDEN, model), flags);
        const wanted = goldens.filter((golden) => golden.model === model);
        const pooled = wanted.flatMap((golden) =>
          (["mean", "last"] as const).map(async (pooling) => {
            const vector = [...(await pool(engine, golden.prompt_ids, pooling))];
            const norm = Math.hypot(...vector);
            const farthest = vector.map((x, i) => Math.abs(x / norm - golden[pooling][i]!));
            return {
              length: golden.prompt_ids.length,
              pooling,
              width: vector.length,
              isNear: Math.max(...farthest) < 2e-5,
            };
          }),
        );
        for (const found of await Promise.all(pooled)) {
          expect(found).toEqual({ ...found, width: wanted[0]!.mean.length, isNear: true });
        }
        await engine.close();
      });
    }
  });
}
