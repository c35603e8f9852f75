import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateAll, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";

interface GoldenSearch {
  readonly model: string;
  readonly prompt_ids: number[];
  readonly width: number;
  readonly max_tokens: number;
  readonly endings: number[];
  readonly length_penalty: number;
  readonly early_stopping: boolean | "never";
  readonly beams: { readonly ids: number[]; readonly score: number }[];
}

const ROOT = join(import.meta.dir, "../..");
const searches: GoldenSearch[] = JSON.parse(readFileSync(join(ROOT, "tests/golden/beams.json"), "utf8"));

for (const kind of deviceKinds) {
  describe(`beam search on ${kind} equals Hugging Face generate`, () => {
    for (const model of new Set(searches.map((search) => search.model))) {
      const directory = join(ROOT, "../shared/data/models", model);
      const there = existsSync(directory);
      test.skipIf(!there)(there ? model : `${model}: ../shared/data/models/${model} is not there`, async () => {
        // A small cache: searches wait for each other, and some are preempted.
        const { engine } = await engineOn(kind, directory, { blockSize: "8", numGpuBlocksOverride: "70" });
        const wanted = searches.filter((search) => search.model === model);
        const found = await Promise.all(
          wanted.map((search, i) => {
            const { width, length_penalty: lengthPenalty, early_stopping: earlyStopping } = search;
            const params = { maxTokens: search.max_tokens, ignoreEos: true, stopTokenIds: search.endings };
            const request = makeRequest(`search-${i}`, search.prompt_ids, params);
            return generateAll(engine, { ...request, branches: width, beam: { width, lengthPenalty, earlyStopping } });
          }),
        );
        for (const [i, { beams, ...search }] of wanted.entries()) {
          expect({ ...search, beams: found[i]! }).toEqual({ ...search, beams: beams.map(({ ids }) => ids) });
        }
        expect(engine.kvState().used).toBe(0);
        engine.checkIntegrity();
        await engine.close();
      });
    }
  });
}
