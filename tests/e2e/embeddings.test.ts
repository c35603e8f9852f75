import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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

for (const kind of deviceKinds) {
  describe(`vectors on ${kind} equal those of Hugging Face transformers`, () => {
    for (const model of new Set(goldens.map((golden) => golden.model))) {
      test(model, async () => {
        const flags = { dtype: "f32", kvCacheDtype: "f32", longPrefillTokenThreshold: "16" };
        const { engine } = await engineOn(kind, join(GOLDEN, model), flags);
        const wanted = goldens.filter((golden) => golden.model === model);
        const pooled = wanted.flatMap((golden) =>
          (["mean", "last"] as const).map(async (pooling) => {
            const id = `${golden.prompt_ids.length} ${pooling}`;
            const request = { ...makeRequest(id, golden.prompt_ids, { maxTokens: 1, ignoreEos: true }), pooling };
            const [event] = await collect(engine.submit(request, new AbortController().signal)[0]!);
            const vector = [...event!.pooled!];
            const length = Math.hypot(...vector);
            const farthest = vector.map((x, i) => Math.abs(x / length - golden[pooling][i]!));
            return { id, width: vector.length, isNear: Math.max(...farthest) < 2e-5 };
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
