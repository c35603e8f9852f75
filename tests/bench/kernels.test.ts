import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { bind } from "../../bench/kernels/bind.ts";
import { DTYPES, kernelCases, MODELS, ROWS, type Shape } from "../../bench/kernels/cases.ts";
import { count, stepDispatches } from "../../bench/kernels/dispatches.ts";
import { Memory } from "../../bench/kernels/memory.ts";
import { kernelTable, lineOf } from "../../bench/kernels/report.ts";
import { stepsOf } from "../../bench/kernels/steps.ts";
import { floorOf, multiplyCeiling, workOf } from "../../bench/kernels/work.ts";
import type { Ops } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { describeGpu, devices } from "../gpu/devices.ts";

const heads = { heads: 4, kvHeads: 2, headDim: 8, kvDtype: "f16" } as const;
const TINY = { name: "tiny", layers: 2, hidden: 32, heads: 4, kvHeads: 2, headDim: 8, inner: 48, vocab: 100 };

describe("bytes and operations", () => {
  const known: readonly (readonly [Shape, number, number])[] = [
    // 3 ids; 3 rows of 8 halves read, of 8 floats written.
    [{ op: "embed", rows: 3, vocab: 100, width: 8, dtype: "bf16" }, 12 + 48 + 96, 0],
    [{ op: "norm", rows: 2, width: 8 }, 64 + 64 + 32, 64],
    // The weight; x; out.
    [{ op: "linear", rows: 2, inputs: 8, outputs: 16, dtype: "f32", add: false }, 512 + 64 + 128, 512],
    [{ op: "linear", rows: 2, inputs: 8, outputs: 16, dtype: "f16", add: true }, 256 + 64 + 256, 512],
    [{ op: "gated_linear", rows: 1, inputs: 8, inner: 4, dtype: "bf16" }, 128 + 32 + 16, 128],
    // A row of qkv 64 floats, rotation 8, q 32, position and slot; 2 x 16 halves into the cache. 48 elements turn.
    [{ op: "rope_write", rows: 1, ...heads }, 256 + 32 + 128 + 8 + 64, 144],
    // 2 x 32 tokens of K and V, 16 halves each; 4 blocks; a row's q and out 64 floats, position and sequence.
    [{ op: "attention_decode", rows: 2, context: 32, ...heads }, 4096 + 16 + 2 * (256 + 8), 4 * 64 * 32],
    // Rows see 31 and 32 tokens of one sequence.
    [{ op: "attention_prefill", rows: 2, context: 32, ...heads }, 2048 + 8 + 2 * (256 + 8), 4 * 63 * 32],
    // A block is 16 slots of 16 halves; read and written.
    [{ op: "copy_blocks", copies: 3, caches: 4, ...heads }, 3 * 4 * 2 * 512, 0],
    [{ op: "edit_logits", rows: 2, vocab: 100, edits: 5 }, 2 * (64 + 5 * 20), 10],
    [{ op: "sample", rows: 2, vocab: 100, filters: true }, 2 * (400 + 64 + 4), 200],
    [{ op: "logprobs", rows: 1, vocab: 100, top: 5 }, 400 + 12 + 40, 200],
  ];
  for (const [shape, bytes, operations] of known) {
    test(shape.op, () => expect(workOf(shape)).toEqual({ bytes, operations }));
  }

  test("products and attention are held against matrix units where there are any", () => {
    const shapes = kernelCases({ models: [TINY], rows: [1, 512], dtypes: ["f16"] }).map(({ shape }) => shape);
    for (const shape of shapes) expect(multiplyCeiling(shape, { copy: 1, multiply: 2, matrix: null })).toBe(2);
    const onUnits = shapes.filter((shape) => multiplyCeiling(shape, { copy: 1, multiply: 2, matrix: 3 }) === 3);
    expect(new Set(onUnits.map(({ op }) => op))).toEqual(
      new Set(["linear", "gated_linear", "qkv", "attention_decode", "attention_prefill"]),
    );
  });

  test("the floor is the slower of moving and computing", () => {
    expect(floorOf({ bytes: 200, operations: 1000 }, 100, 1000)).toEqual({ seconds: 2, bound: "copy" });
    expect(floorOf({ bytes: 200, operations: 4000 }, 100, 1000)).toEqual({ seconds: 4, bound: "multiply" });
  });
});

describe("the table of cases", () => {
  const all = kernelCases({ models: MODELS, rows: ROWS, dtypes: DTYPES });

  test("no case is there twice", () => {
    expect(new Set(all.map((item) => JSON.stringify(item))).size).toBe(all.length);
  });

  test("every operation of the device seam is measured at every model", () => {
    const ops = ["attention_decode", "attention_prefill", "copy_blocks", "edit_logits", "embed", "gated_linear"];
    const others = ["linear", "logprobs", "norm", "qkv", "rope_write", "sample"];
    for (const { name } of MODELS) {
      const here = new Set(all.filter(({ model }) => model === name).map(({ shape }) => shape.op));
      expect([...here].sort()).toEqual([...ops, ...others] as Shape["op"][]);
    }
    // Each of them is one method of Ops; attention is there twice.
    const methods: Record<keyof Ops, true> = {
      embed: true,
      norm: true,
      linear: true,
      gatedLinear: true,
      qkv: true,
      ropeAndWrite: true,
      attention: true,
      copyBlocks: true,
      editLogits: true,
      sample: true,
      logprobs: true,
    };
    expect(Object.keys(methods)).toHaveLength(ops.length + others.length - 1);
  });

  test("models have the parameters that they are named after", () => {
    const millions = MODELS.map(({ layers, hidden, heads, kvHeads, headDim, inner, vocab }) => {
      const layer = hidden * headDim * (2 * heads + 2 * kvHeads) + 3 * hidden * inner;
      return Math.floor((layers * layer + vocab * hidden) / 1e6);
    });
    expect(millions).toEqual([3, 27, 107, 1235]);
  });

  test("a product's bytes at one row are its weight and little else", () => {
    const { shape } = all.find((item) => item.model === "107M" && item.place === "gate_up")!;
    const weight = 2 * 768 * 2304 * 4;
    expect(workOf(shape).bytes / weight).toBeCloseTo(1, 2);
  });
});

test("every case binds and runs", async () => {
  const device = openReferenceDevice();
  const patterns = new Map();
  for (const { shape, instances } of kernelCases({ models: [TINY], rows: [1, 64], dtypes: DTYPES })) {
    const { ops, step } = bind(device.ops, new Memory(device, patterns), shape, instances);
    expect(ops).toHaveLength(instances);
    await device.prepare(ops);
    await device.run(ops, step, []);
  }
});

test("a step is the sum of its kernels", () => {
  const ceilings = { copy: 1e9, multiply: 1e9, matrix: null, dispatch: 1e-6, chains: 8 };
  const cases = kernelCases({ models: [TINY], rows: [1, 512], dtypes: ["f16"] });
  const lines = cases.map((item) => lineOf({ case: item, seconds: 3, fastest: 2, samples: 3, runs: 1 }, ceilings));
  const [decode, prefill, ...others] = stepsOf(lines);
  expect(others).toEqual([]);
  // Two layers of qkv, attention, o, gate_up and down, five norms, embedding; and logits and the choice.
  expect(decode).toMatchObject({ kind: "decode", rows: 1, seconds: 2 * (10 + 5 + 1 + 2) });
  expect(prefill).toMatchObject({ kind: "prefill", rows: 512, seconds: 2 * (10 + 5 + 1) });
  expect(decode!.places[0]).toMatchObject({ place: "norm", share: 5 / 18 });
  expect(kernelTable(lines).split("\n")).toHaveLength(cases.length + 2);
});

const program = join(import.meta.dirname, "../../bench/kernels.ts");
const directory = mkdtempSync(join(tmpdir(), "octavo-kernels-"));
afterAll(() => rmSync(directory, { recursive: true }));

function kernels(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
}

test("what cannot be measured is named, with what can", () => {
  const { status, stderr } = kernels("--device", "reference");
  expect(status).toBe(1);
  expect(stderr).toContain('received "reference"');
});

describeGpu("on a GPU", () => {
  test("names the places there are when asked for another", () => {
    const { status, stderr } = kernels("--only", "qvk");
    expect(status).toBe(1);
    expect(stderr).toContain("--only takes qkv, o, linear, gate_up");
  });

  for (const clock of [[], ["--host-clock"]]) {
    test(`measures, prints and writes ${clock}`, () => {
      const json = join(directory, "kernels.json");
      const few = ["--models", "3M", "--rows", "1", "--dtypes", "bf16", "--only", "norm,qkv", "--budget", "5"];
      const { status, stdout } = kernels(...few, ...clock, "--json", json);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^time: (timestamps of the GPU|the host's clock)/m);
      expect(stdout).toMatch(/^\| 3M qkv +\| +1 x 192 by 320 bf16, f16 \| /m);
      const { ceilings, kernels: lines } = JSON.parse(readFileSync(json, "utf8"));
      expect(lines.map((line: { case: { place: string } }) => line.case.place).sort()).toEqual(["norm", "qkv"]);
      for (const { seconds, fastest, floor, efficiency, bytes, bytesPerSecond, shareOfCopy } of lines) {
        expect(fastest).toBeGreaterThan(0);
        expect(seconds).toBeGreaterThanOrEqual(fastest);
        expect(efficiency).toBeCloseTo(floor / seconds, 9);
        expect(bytesPerSecond).toBeCloseTo(bytes / seconds, 3);
        expect(shareOfCopy).toBeCloseTo(bytesPerSecond / ceilings.copyBytesPerSecond, 9);
      }
    });
  }

  test("a layer's dispatches are counted: seven on a CPU, six on a GPU, where it splits the context too", () => {
    for (const [device, most] of [[devices[0]!, 7] as const, [devices[1]!, 6] as const]) {
      const { layer, rest } = stepDispatches(device, TINY, 1, 1024);
      expect(layer.get("qkv")!.at(-1)).toBe("qkv");
      expect(count(layer)).toBe([...layer.values()].flat().length);
      expect(count(layer)).toBe(most);
      expect([...rest.keys()]).toEqual(["embed", "final_norm", "logits", "sample"]);
    }
  });
});
