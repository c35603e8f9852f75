import type { KvDtype, KvShape } from "../../contracts/device.ts";
import { cacheLength, Data, encodeCache } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

interface Shape {
  rows: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  dtype: KvDtype;
  rotate: boolean;
}

export function ropeScenario({ rows, heads, kvHeads, headDim, dtype, rotate }: Shape): Scenario {
  const data = new Data(rows + heads * headDim);
  const kv: KvShape = { dtype, numBlocks: 12, blockSize: 8, kvHeads, headDim };
  const caches = encodeCache(data.floats(cacheLength(kv)), kv);
  return {
    buffers: {
      qkv: data.floats(rows * (heads + 2 * kvHeads) * headDim),
      q: new Float32Array(rows * heads * headDim),
      keys: caches,
      values: caches,
      positions: data.integers(rows, 100),
      slots: data.shuffled(96).slice(0, rows),
      rotation: data.floats(100 * headDim),
    },
    bind: (ops, buffer) =>
      ops.ropeAndWrite("rope", {
        qkv: buffer("qkv"),
        q: buffer("q"),
        keys: buffer("keys"),
        values: buffer("values"),
        kv,
        heads,
        positions: buffer("positions"),
        slots: buffer("slots"),
        ...(rotate && { rotation: buffer("rotation") }),
      }),
    step: { rows },
    outputs: { q: "f32", keys: kv, values: kv },
  };
}

const shapes: readonly Shape[] = [
  { rows: 1, heads: 8, kvHeads: 4, headDim: 8, dtype: "f32", rotate: true },
  { rows: 70, heads: 8, kvHeads: 1, headDim: 16, dtype: "f16", rotate: true },
  { rows: 9, heads: 3, kvHeads: 3, headDim: 12, dtype: "f32", rotate: true },
  { rows: 5, heads: 4, kvHeads: 2, headDim: 128, dtype: "f16", rotate: true },
  { rows: 4, heads: 2, kvHeads: 1, headDim: 256, dtype: "f32", rotate: false },
  { rows: 7, heads: 4, kvHeads: 4, headDim: 64, dtype: "f16", rotate: false },
  { rows: 9, heads: 3, kvHeads: 3, headDim: 12, dtype: "int8", rotate: true },
  { rows: 70, heads: 8, kvHeads: 2, headDim: 64, dtype: "int8", rotate: true },
  { rows: 4, heads: 2, kvHeads: 1, headDim: 32, dtype: "int8", rotate: false },
];

export const ropeCases: readonly Case[] = shapes.map((shape) => ({
  kernel: "rope_write",
  name: `${shape.rows} rows, heads ${shape.heads}/${shape.kvHeads} of ${shape.headDim}, ${shape.dtype}${shape.rotate ? "" : ", no rotation"}`,
  scenario: () => ropeScenario(shape),
  // A cache of fewer bits may round to either neighbour.
  tolerance: { f32: 3e-7, f16: 2 ** -10, int8: 1 / 126 }[shape.dtype],
}));
