import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Device } from "../../src/contracts/device.ts";
import { GpuDevice } from "../../src/gpu/device.ts";
import { requestDevice } from "../../src/gpu/request_device.ts";
import { ReferenceBuffer } from "../../src/reference/buffer.ts";
import { fusedMultiplyAdd } from "../../src/reference/fused.ts";
import { roundedProducts } from "../../src/reference/rounded_rows.ts";
import { type LinearCase, linearScenario } from "../../src/selftest/cases/linear.ts";
import { runScenario, type Scenario } from "../../src/selftest/scenario.ts";
import { describeGpu, devices, matrix, narrow } from "./devices.ts";

type Shape = Pick<LinearCase, "rows" | "inputs" | "outputs">;

/** Some drivers, lavapipe of Mesa 25 for one, round the product of an fma before they add. */
const splitMultiplyAdd: typeof fusedMultiplyAdd = (a, b, c) => Math.fround(Math.fround(a * b) + c);

/** Rows of many sizes; in the first, every odd number is half way between two multiples of the scale, which is 2. */
function scenarioOf(shape: Shape): Scenario {
  const scenario = linearScenario({ ...shape, dtype: "int8", rounded: true });
  const x = scenario.buffers.x as Float32Array;
  for (let row = 0; row < shape.rows; row++) {
    const size = 10 ** ((row % 9) * 5 - 20);
    for (let i = row * shape.inputs; i < (row + 1) * shape.inputs; i++) x[i]! *= size;
  }
  for (let i = 0; i < shape.inputs; i++) x[i] = i % 32 === 0 ? 254 : ((i * 37) % 507) - 253;
  return scenario;
}

/** The bits that the oracle gives, with an fma of either kind. */
function oracle({ rows, inputs, outputs }: Shape, scenario: Scenario, fma: typeof fusedMultiplyAdd): Uint32Array {
  const { x, weight } = scenario.buffers as { x: Float32Array; weight: Uint16Array };
  const bytes = new Uint8Array(weight.buffer.slice(0) as ArrayBuffer);
  const buffer = new ReferenceBuffer("weight", bytes.buffer);
  const product = roundedProducts({ buffer, dtype: "int8", rows: outputs, cols: inputs, roundsInput: true }, fma);
  const out = new Float32Array(rows * outputs);
  const stride = Math.ceil(inputs / 32) * 32;
  for (let row = 0; row < rows; row++) {
    const dot = product(x, row * inputs);
    for (let column = 0; column < outputs; column++) out[row * outputs + column] = dot(column * stride);
  }
  return new Uint32Array(out.buffer);
}

async function bitsOf(device: Device, scenario: Scenario): Promise<Uint32Array> {
  return new Uint32Array((await runScenario(device, scenario)).get("out")!.slice().buffer);
}

async function floatsOf(device: Device, scenario: Scenario): Promise<Float32Array> {
  return new Float32Array((await bitsOf(device, scenario)).buffer);
}

/** Every shape, also that of matrix units where there are any. */
const everywhere = [...devices, narrow, matrix].filter((device) => device !== null);

describeGpu("products of rows rounded to int8", () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    inputs: fc.integer({ min: 1, max: 300 }).map((n) => 4 * n),
    outputs: fc.integer({ min: 1, max: 90 }),
  });

  test("have the reference's bits in every shape, but for what the driver's fma rounds", async () => {
    const kinds = new Set<string>();
    const expectBits = async (shape: Shape) => {
      const scenario = scenarioOf(shape);
      const [fused, split] = [fusedMultiplyAdd, splitMultiplyAdd].map((fma) => oracle(shape, scenario, fma));
      for (const device of everywhere) {
        const bits = await bitsOf(device, scenario);
        if (!Bun.deepEquals(bits, fused)) expect(bits).toEqual(split!);
        if (!Bun.deepEquals(bits, split)) kinds.add("fused");
        if (!Bun.deepEquals(bits, fused)) kinds.add("split");
      }
    };
    // One, a few and many rows, for every shape of product; fewer and more chunks than lanes.
    for (const rows of [1, 5, 20, 70]) await expectBits({ rows, inputs: 2180, outputs: 70 });
    await fc.assert(fc.asyncProperty(shapes, expectBits), { numRuns: 25 });
    expect(kinds.size).toBe(1);
  }, 240_000);

  test("need packed products of WebGPU, but for a CPU's shapes", async () => {
    const requested = await requestDevice({});
    const info = { ...requested.info, wgslFeatures: [] };
    const bind = (tuneFor: "cpu" | "gpu") => {
      const device = new GpuDevice({ ...requested, info }, { tuneFor });
      const { bind, buffers } = linearScenario({ rows: 1, inputs: 32, outputs: 4, dtype: "int8", rounded: true });
      return bind(device.ops, (name) => device.allocate(name, Math.max(16, buffers[name]!.byteLength)));
    };
    expect(() => bind("gpu")).toThrow(
      "Cannot bind linear input: a product of int8 by int8 needs WGSL's packed_4x8_integer_dot_product, which this WebGPU has not",
    );
    expect(bind("cpu")).toMatchObject({ name: "linear" });
    requested.device.destroy();
  });

  test("show what is not finite in its row alone, and take chunks of next to nothing for zeros", async () => {
    const shape = { rows: 40, inputs: 100, outputs: 70 };
    const scenario = linearScenario({ ...shape, dtype: "int8", rounded: true });
    const clean = await floatsOf(devices[0]!, scenario);
    const x = (scenario.buffers.x as Float32Array).slice();
    x[3 * 100 + 99] = Number.NaN;
    x[5 * 100] = Number.POSITIVE_INFINITY;
    x[39 * 100 + 50] = Number.NEGATIVE_INFINITY;
    x.fill(0, 700, 800);
    x.fill(2 ** -91, 800, 900);
    for (const device of everywhere) {
      const found = await floatsOf(device, { ...scenario, buffers: { ...scenario.buffers, x } });
      for (let row = 0; row < 40; row++) {
        const values = [...found.subarray(row * 70, (row + 1) * 70)];
        if ([3, 5, 39].includes(row)) expect(values.every(Number.isNaN)).toBe(true);
        else if ([7, 8].includes(row)) expect(values.every((value) => value === 0)).toBe(true);
        else expect(values).toEqual([...clean.subarray(row * 70, (row + 1) * 70)]);
      }
    }
  }, 120_000);
});
