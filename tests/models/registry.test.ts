import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ModelConfigError } from "../../models/config.ts";
import { parseModel } from "../../models/registry.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { checkFit, slotsOf } from "../../src/weights/fit.ts";

const GOLDEN = join(import.meta.dir, "../golden");
const TRAINED = join(import.meta.dir, "../../../shared/data/models");
const goldens = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join(GOLDEN, name));
const trained = existsSync(TRAINED) ? readdirSync(TRAINED).map((name) => join(TRAINED, name)) : [];
if (trained.length === 0) test.skip("../shared/data/models is absent", () => {});

for (const directory of [...goldens, ...trained])
  test(`the spec of ${directory} takes every tensor of its checkpoint, once`, async () => {
    const checkpoint = await openCheckpoint(directory);
    const spec = parseModel(checkpoint.config);
    const fitted = checkFit(spec, checkpoint);
    const slots = [...slotsOf(spec)].map(({ name }) => name);
    expect(new Set(slots).size).toBe(slots.length);
    expect([...fitted.tensors.keys()].sort()).toEqual(slots.sort());
    await checkpoint.close();
  });

for (const directory of goldens)
  test(`the rotations of ${directory} are transformers'`, () => {
    const golden = JSON.parse(readFileSync(join(directory, "goldens.json"), "utf8"));
    const { positions, headDim } = parseModel(JSON.parse(readFileSync(join(directory, "config.json"), "utf8")));
    if (positions.kind === "learned") {
      expect(golden.inverse_frequencies).toBeUndefined();
      return;
    }
    expect(positions.inverseFrequencies.length).toBe(headDim / 2);
    expect(golden.inverse_frequencies.length).toBe(headDim / 2);
    expect(positions.amplitude).toBeCloseTo(golden.amplitude, 12);
    positions.inverseFrequencies.forEach((frequency, i) => {
      // transformers computes them in float32.
      expect(Math.abs(frequency / golden.inverse_frequencies[i] - 1)).toBeLessThan(2e-6);
    });
  });

test("an unknown architecture is refused with the ones that are known", () => {
  for (const architectures of [["GPT2LMHeadModel"], ["LlamaForCausalLM", "OPTForCausalLM"], [], "x", undefined]) {
    expect(() => parseModel({ architectures })).toThrow(ModelConfigError);
    expect(() => parseModel({ architectures })).toThrow(/"architectures": expected one of LlamaForCausalLM, .*OPT/);
  }
});
