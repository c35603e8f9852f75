import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { chooseMatrixUnits } from "../../src/gpu/matrix_units.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { attentionCases } from "../../src/selftest/cases/attention.ts";
import { gatedLinearScenario } from "../../src/selftest/cases/gated_linear.ts";
import { linearScenario } from "../../src/selftest/cases/linear.ts";
import { qkvScenario } from "../../src/selftest/cases/qkv.ts";
import { difference } from "../../src/selftest/compare.ts";
import { Data } from "../../src/selftest/data.ts";
import { runScenario, type Scenario } from "../../src/selftest/scenario.ts";
import { matrix as device } from "./devices.ts";

/** More than the few rows, and more than the many, of every unit: each of the three tiles computes some batch. */
const ROWS = 261;
const batches: readonly (readonly number[])[] = [
  [0],
  [260],
  [3, 2, 1, 0, 100, 200],
  Array.from({ length: 17 }, (_, i) => i * 15),
  [...new Data(4).shuffled(100)],
];

const DTYPES = ["f32", "f16", "bf16", "int8", "int4"] as const;

async function numbers(on: NonNullable<typeof device>, scenario: Scenario, name = "out"): Promise<Float32Array> {
  return new Float32Array((await runScenario(on, scenario)).get(name)!.slice().buffer);
}

function onRows(scenario: Scenario, rows: readonly number[], inputs: number, outputs: number): Scenario {
  const all = scenario.buffers.x as Float32Array;
  const x = Float32Array.from(rows.flatMap((row) => [...all.subarray(row * inputs, (row + 1) * inputs)]));
  const out = new Float32Array(rows.length * outputs);
  return { ...scenario, buffers: { ...scenario.buffers, x, out }, step: { rows: rows.length } };
}

async function expectSameRows(scenario: Scenario, inputs: number, outputs: number) {
  const all = Array.from({ length: ROWS }, (_, i) => i);
  const expected = await numbers(device!, onRows(scenario, all, inputs, outputs));
  for (const rows of batches) {
    const found = await numbers(device!, onRows(scenario, rows, inputs, outputs));
    rows.forEach((row, i) => {
      const [actual, wanted] = [found.subarray(i * outputs), expected.subarray(row * outputs)];
      for (let c = 0; c < outputs; c++) if (!Object.is(actual[c], wanted[c])) expect(actual[c]).toBe(wanted[c]!);
    });
  }
  expect(new Set(expected).size).toBeGreaterThan(outputs);
}

describe.skipIf(device === null)("products on matrix units", () => {
  for (const dtype of DTYPES) {
    test(`of ${dtype} weights: a row's bits do not depend on its batch or the tile`, async () => {
      await expectSameRows(linearScenario({ rows: ROWS, inputs: 100, outputs: 70, dtype, bias: true }), 100, 70);
    }, 240_000);
  }

  test("of gate and up: a row's bits do not depend on its batch or the tile", async () => {
    await expectSameRows(gatedLinearScenario({ rows: ROWS, inputs: 68, outputs: 37, dtype: "bf16" }), 68, 37);
  }, 240_000);

  test("round x and W to f16, and add in f32", async () => {
    const oracle = openReferenceDevice({ products: "f16" });
    const random = new Random(11);
    for (const dtype of DTYPES) {
      const rows = random.integer(1, 40);
      const inputs = 4 * random.integer(1, 90);
      const scenario = linearScenario({ rows, inputs, outputs: random.integer(1, 90), dtype });
      const found = await numbers(device!, scenario);
      const wanted = new Float32Array((await runScenario(oracle, scenario)).get("out")!.slice().buffer);
      const exact = new Float32Array((await runScenario(openReferenceDevice(), scenario)).get("out")!.slice().buffer);
      expect(difference(found, wanted, 1e-5)).toBeNull();
      expect(difference(found, exact, 1e-5)).not.toBeNull();
    }
  }, 240_000);

  test("of q, k and v agree with the oracle, written to the cache", async () => {
    const shape = { rows: 19, inputs: 96, heads: 2, kvHeads: 1, headDim: 32, dtype: "bf16", kvDtype: "f32" } as const;
    const scenario = qkvScenario({ ...shape, rotate: true });
    const found = await runScenario(device!, scenario);
    const wanted = await runScenario(openReferenceDevice({ products: "f16" }), scenario);
    for (const name of ["q", "keys", "values"]) {
      const [a, b] = [found, wanted].map((outputs) => new Float32Array(outputs.get(name)!.slice().buffer));
      expect(difference(a!, b!, 1e-5)).toBeNull();
    }
  }, 240_000);

  test("attend as the oracle does, to what rounding to f16 leaves", async () => {
    for (const { name, scenario } of attentionCases) {
      const found = await numbers(device!, scenario());
      const wanted = (await runScenario(openReferenceDevice(), scenario())).get("out")!.slice();
      expect([name, difference(found, new Float32Array(wanted.buffer), 1e-3)]).toEqual([name, null]);
    }
  }, 240_000);

  test("clamp what lies beyond f16", async () => {
    const scenario = linearScenario({ rows: 2, inputs: 64, outputs: 8, dtype: "f32", size: 1e30 });
    for (const value of await numbers(device!, scenario)) expect(Number.isFinite(value)).toBe(true);
  }, 60_000);

  test("are part of the device's identity", () => {
    expect(device!.identity).toMatch(/matrix units of \d+ x \d+ x \d+$/);
  });
});

describe("the choice of a matrix unit", () => {
  const features = new Set(["subgroups", "shader-f16", "chromium-experimental-subgroup-matrix"]);
  const config = (componentType: string, resultComponentType: string, M: number, N: number, K: number) => {
    return { componentType, resultComponentType, M, N, K };
  };
  const adapter = (subgroupMatrixConfigs: unknown[], info: object = {}, has: Set<string> = features, room = 32768) => {
    const all = { device: "a GPU", subgroupMinSize: 32, subgroupMaxSize: 32, subgroupMatrixConfigs, ...info };
    const limits = { maxComputeWorkgroupStorageSize: room };
    return { features: has, info: all, limits } as unknown as GPUAdapter;
  };

  test("takes the largest that multiplies f16 into f32, and int8 into i32", () => {
    const configs = [
      config("f16", "f32", 16, 8, 16),
      config("f16", "f32", 16, 16, 16),
      config("f16", "f16", 16, 16, 32),
      config("i8", "i32", 16, 16, 32),
      config("f16", "f32", 32, 32, 16),
    ];
    expect(chooseMatrixUnits(adapter(configs))).toEqual({
      f16: { m: 16, n: 16, k: 16, lanes: 32 },
      int8: { m: 16, n: 16, k: 32, lanes: 32 },
    });
    expect(chooseMatrixUnits(adapter(configs.slice(0, 1))).int8).toBeNull();
  });

  test("says what is missing", () => {
    const one = [config("f16", "f32", 8, 8, 8)];
    expect(() => chooseMatrixUnits(adapter(one, {}, new Set(["subgroups"])))).toThrow(
      "Cannot use --subgroup-matrix: it needs an adapter with the feature shader-f16: received a GPU: leave the flag out",
    );
    expect(() => chooseMatrixUnits(adapter(one, { subgroupMinSize: 8 }))).toThrow("they have 8 to 32 lanes");
    expect(() => chooseMatrixUnits(adapter(one, {}, features, 16384))).toThrow("and here there are 16384");
    expect(() => chooseMatrixUnits(adapter([config("f32", "f32", 8, 8, 8)]))).toThrow("multiply f16 into f32");
  });
});
