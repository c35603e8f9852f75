import { expect, test } from "bun:test";
import type { Device } from "../../src/contracts/device.ts";
import { gatedLinearScenario } from "../../src/selftest/cases/gated_linear.ts";
import { linearScenario } from "../../src/selftest/cases/linear.ts";
import { normScenario } from "../../src/selftest/cases/norm.ts";
import { describeQkv, type QkvCase, qkvScenario } from "../../src/selftest/cases/qkv.ts";
import { type SamplingRow, sampleScenario } from "../../src/selftest/cases/sample.ts";
import { Data } from "../../src/selftest/data.ts";
import { runScenario, type Scenario } from "../../src/selftest/scenario.ts";
import { describeGpu, devices, narrow, slicing } from "./devices.ts";

/** The scenario on the chosen rows of its x alone, in that order. */
function onRows(scenario: Scenario, rows: readonly number[], inputs: number, outputs: number): Scenario {
  const x = new Float32Array(rows.length * inputs);
  const all = scenario.buffers.x as Float32Array;
  for (const [i, row] of rows.entries()) x.set(all.subarray(row * inputs, (row + 1) * inputs), i * inputs);
  const out = new Float32Array(rows.length * outputs);
  return { ...scenario, buffers: { ...scenario.buffers, x, out }, step: { rows: rows.length } };
}

async function outOf(device: Device, scenario: Scenario): Promise<Uint32Array> {
  return new Uint32Array((await runScenario(device, scenario)).get("out")!.slice().buffer);
}

/** The weight of the second is more than `slicing` binds. */
const qkvShapes: readonly QkvCase[] = [
  { rows: 1, inputs: 68, heads: 4, kvHeads: 2, headDim: 12, dtype: "bf16", kvDtype: "f16", rotate: true, bias: true },
  { rows: 5, inputs: 256, heads: 4, kvHeads: 1, headDim: 32, dtype: "f32", kvDtype: "f32", rotate: true, norm: true },
  { rows: 37, inputs: 96, heads: 2, kvHeads: 1, headDim: 32, dtype: "f16", kvDtype: "f32", rotate: true, norm: true },
  ...([1, 5, 37] as const).map(
    (rows): QkvCase => ({
      ...{ rows, inputs: 164, heads: 4, kvHeads: 2, headDim: 16, rotate: true, norm: true, bias: true },
      ...{ dtype: "int8", rounded: true, kvDtype: "f16" },
    }),
  ),
];

const ROWS = 21;
const batches: readonly (readonly number[])[] = [
  [0],
  [20],
  [7, 3],
  [1, 2, 3],
  [9, 9, 4, 0],
  [5, 4, 3, 2, 1],
  [20, 18, 16, 14, 12, 10, 8, 6],
  [...new Data(1).shuffled(ROWS)],
];

/** Every batch, on every device, gives each row the bits that it has when all rows run in order on the first device. */
async function expectSameRows(
  scenario: Scenario,
  inputs: number,
  outputs: number,
  on: readonly Device[] = [...devices, narrow!],
) {
  const all = Array.from({ length: ROWS }, (_, i) => i);
  const expected = await outOf(devices[0]!, onRows(scenario, all, inputs, outputs));
  expect(new Set(expected).size).toBeGreaterThan(outputs);
  for (const device of on) {
    for (const rows of batches) {
      const actual = await outOf(device, onRows(scenario, rows, inputs, outputs));
      rows.forEach((row, i) => {
        expect(actual.subarray(i * outputs, (i + 1) * outputs)).toEqual(
          expected.subarray(row * outputs, (row + 1) * outputs),
        );
      });
    }
  }
}

describeGpu("a row's bits do not depend on its batch or the kernel's shape", () => {
  for (const dtype of ["f32", "f16", "bf16", "int8", "int4"] as const) {
    test(`linear in ${dtype}`, async () => {
      const shape = { rows: ROWS, inputs: 332, outputs: 70, dtype, bias: true };
      await expectSameRows(linearScenario(shape), 332, 70);
    }, 240_000);
  }

  test("linear and gated linear in int8 of rows rounded to int8", async () => {
    const rounded = { rows: ROWS, dtype: "int8", bias: true, rounded: true } as const;
    await expectSameRows(linearScenario({ ...rounded, inputs: 332, outputs: 70 }), 332, 70);
    for (const norm of ["rms", "layer"] as const) {
      await expectSameRows(gatedLinearScenario({ ...rounded, norm, inputs: 196, outputs: 67 }), 196, 67);
    }
    await expectSameRows(linearScenario({ ...rounded, inputs: 1060, outputs: 301 }), 1060, 301, [
      devices[1]!,
      slicing!,
    ]);
  }, 240_000);

  for (const dtype of ["bf16", "int4"] as const) {
    for (const norm of [undefined, "rms", "layer"] as const) {
      test(`gated linear in ${dtype}${norm ? ` of ${norm} norms` : ""}`, async () => {
        const shape = { rows: ROWS, inputs: 196, outputs: 67, dtype, bias: true, ...(norm && { norm }) };
        await expectSameRows(gatedLinearScenario(shape), 196, 67);
      }, 240_000);
    }
  }

  test("linear and gated linear in slices", async () => {
    const linear = linearScenario({ rows: ROWS, inputs: 332, outputs: 301, dtype: "f32", bias: true });
    const gated = gatedLinearScenario({ rows: ROWS, inputs: 196, outputs: 203, dtype: "f32" });
    const quantized = linearScenario({ rows: ROWS, inputs: 332, outputs: 1201, dtype: "int4" });
    await expectSameRows(linear, 332, 301, [slicing!]);
    await expectSameRows(quantized, 332, 1201, [slicing!]);
    await expectSameRows(gated, 196, 203, [slicing!]);
  }, 240_000);

  for (const shape of qkvShapes) {
    test(`q, k and v of ${describeQkv(shape)}, in one dispatch or in two`, async () => {
      const scenario = qkvScenario(shape);
      const expected = await runScenario(devices[0]!, scenario);
      for (const device of [...devices, narrow!, slicing!]) {
        for (const parts of [false, true]) {
          const actual = await runScenario(device, qkvScenario(shape, { parts }));
          for (const [name, bytes] of expected) expect(actual.get(name)).toEqual(bytes);
        }
      }
    }, 240_000);
  }

  test("norms", async () => {
    await expectSameRows(normScenario({ kind: "rms", rows: ROWS, width: 340 }), 340, 340);
    await expectSameRows(normScenario({ kind: "layer", rows: ROWS, width: 64, bias: true }), 64, 64);
  });

  test("sampling", async () => {
    const vocab = 900;
    const rows: SamplingRow[] = Array.from({ length: ROWS }, (_, i) => ({
      temperature: i % 4,
      topK: (i % 3) * 20,
      topP: i % 2 ? 0.9 : 1,
      seed: i,
    }));
    const logits = new Data(5).floats(ROWS * vocab, 4);
    const expected = await outOf(devices[0]!, sampleScenario(logits, rows));
    for (const batch of batches) {
      const chosen = batch.flatMap((row) => [...logits.subarray(row * vocab, (row + 1) * vocab)]);
      const scenario = sampleScenario(
        Float32Array.from(chosen),
        batch.map((row) => rows[row]!),
      );
      expect([...(await outOf(devices[1]!, scenario))]).toEqual(batch.map((row) => expected[row]!));
    }
  });
});
