import type { KvDtype, KvShape, WeightDtype } from "../../contracts/device.ts";
import { cacheLength, Data, encodeCache, encodeRows, weight } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

export interface QkvCase {
  rows: number;
  inputs: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  dtype: WeightDtype;
  rounded?: boolean;
  kvDtype: KvDtype;
  rotate: boolean;
  bias?: boolean;
  norm?: boolean;
}

/** `parts`: as operations of their own, a norm, a product and then a rotation. */
export function qkvScenario(shape: QkvCase, { parts = false } = {}): Scenario {
  const { rows, inputs, heads, kvHeads, headDim, dtype, kvDtype, rotate, bias, norm, rounded } = shape;
  const data = new Data(rows + heads * headDim);
  const kv: KvShape = { dtype: kvDtype, numBlocks: 12, blockSize: 8, kvHeads, headDim };
  const caches = encodeCache(data.floats(cacheLength(kv)), kv);
  const outputs = (heads + 2 * kvHeads) * headDim;
  return {
    buffers: {
      x: data.floats(rows * inputs),
      normWeight: data.floats(inputs),
      normed: new Float32Array(rows * inputs),
      weight: encodeRows(data.floats(outputs * inputs), inputs, dtype),
      bias: data.floats(outputs),
      qkv: new Float32Array(rows * outputs),
      q: new Float32Array(rows * heads * headDim),
      keys: caches,
      values: caches,
      positions: data.integers(rows, 100),
      slots: data.shuffled(96).slice(0, rows),
      rotation: data.floats(100 * headDim),
    },
    bind: (ops, buffer) => {
      const rms = { weight: buffer("normWeight"), kind: "rms", epsilon: 1e-5 } as const;
      const product = {
        x: buffer("x"),
        ...(norm && { norm: { ...rms, out: buffer("normed") } }),
        weight: weight(buffer("weight"), dtype, outputs, inputs, rounded),
        ...(bias && { bias: buffer("bias") }),
      };
      const rotation = {
        qkv: buffer("qkv"),
        q: buffer("q"),
        keys: buffer("keys"),
        values: buffer("values"),
        kv,
        heads,
        positions: buffer("positions"),
        slots: buffer("slots"),
        ...(rotate && { rotation: buffer("rotation") }),
      };
      if (!parts) return [ops.qkv("qkv", { ...product, ...rotation })];
      const out = { out: buffer("qkv"), activation: "none", write: "store", rows: "tokens" } as const;
      const rope = ops.ropeAndWrite("rope", rotation);
      if (!norm) return [ops.linear("linear", { ...product, ...out }), rope];
      const { norm: _, ...plain } = product;
      return [
        ops.norm("norm", { ...rms, x: buffer("x"), out: buffer("normed"), width: inputs }),
        ops.linear("linear", { ...plain, ...out, x: buffer("normed") }),
        rope,
      ];
    },
    step: { rows },
    outputs: { q: "f32", keys: kv, values: kv },
  };
}

const shapes: readonly QkvCase[] = [
  { rows: 1, inputs: 64, heads: 8, kvHeads: 4, headDim: 8, dtype: "f32", kvDtype: "f32", rotate: true },
  {
    rows: 1,
    inputs: 72,
    heads: 8,
    kvHeads: 1,
    headDim: 16,
    dtype: "bf16",
    kvDtype: "f16",
    rotate: true,
    bias: true,
    norm: true,
  },
  { rows: 9, inputs: 36, heads: 3, kvHeads: 3, headDim: 12, dtype: "f32", kvDtype: "f32", rotate: true, bias: true },
  { rows: 70, inputs: 128, heads: 4, kvHeads: 2, headDim: 32, dtype: "bf16", kvDtype: "f16", rotate: true, norm: true },
  { rows: 5, inputs: 96, heads: 2, kvHeads: 1, headDim: 64, dtype: "f16", kvDtype: "f32", rotate: false, bias: true },
  { rows: 3, inputs: 196, heads: 4, kvHeads: 2, headDim: 16, dtype: "int8", kvDtype: "f16", rotate: true, bias: true },
  { rows: 1, inputs: 164, heads: 4, kvHeads: 2, headDim: 32, dtype: "int4", kvDtype: "f32", rotate: true },
  {
    rows: 12,
    inputs: 196,
    heads: 4,
    kvHeads: 2,
    headDim: 16,
    dtype: "int8",
    rounded: true,
    kvDtype: "f32",
    rotate: true,
    bias: true,
  },
];

export const qkvCases: readonly Case[] = shapes.map((shape) => ({
  kernel: "qkv",
  name: describeQkv(shape),
  scenario: () => qkvScenario(shape),
  // A 16-bit cache may round to either neighbour.
  tolerance: shape.kvDtype === "f16" ? 2 ** -10 : 3e-6,
}));

export function describeQkv(shape: QkvCase): string {
  const { rows, inputs, heads, kvHeads, headDim, dtype, kvDtype, rotate, bias, norm, rounded } = shape;
  const parts = [`${rows} x ${inputs} ${dtype}, heads ${heads}/${kvHeads} of ${headDim}, ${kvDtype}`];
  return [...parts, rounded && "rounded", norm && "normed", bias && "bias", !rotate && "no rotation"]
    .filter(Boolean)
    .join(", ");
}
