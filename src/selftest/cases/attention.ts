import type { KvDtype, KvShape } from "../../contracts/device.ts";
import { cacheLength, Data, encodeCache } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

export interface AttentionCase {
  /** Context of each row, the row itself counted; decode rows first. */
  contexts: readonly number[];
  decodeRows: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  blockSize: number;
  dtype: KvDtype;
  size?: number;
}

/** Every row is a sequence of its own, its blocks scattered over the cache. */
export function attentionScenario(shape: AttentionCase): Scenario {
  const { contexts, decodeRows, heads, kvHeads, headDim, blockSize, dtype, size = 1 } = shape;
  const rows = contexts.length;
  const data = new Data(rows * 7 + headDim);
  const maxContext = Math.max(...contexts);
  const maxBlocksPerSeq = Math.ceil(maxContext / blockSize);
  const kv: KvShape = { dtype, numBlocks: rows * maxBlocksPerSeq, blockSize, kvHeads, headDim };
  return {
    buffers: {
      q: data.floats(rows * heads * headDim, size),
      keys: encodeCache(data.floats(cacheLength(kv)), kv),
      values: encodeCache(data.floats(cacheLength(kv)), kv),
      positions: Uint32Array.from(contexts, (context) => context - 1),
      sequences: data.shuffled(rows),
      tables: data.shuffled(kv.numBlocks),
      out: new Float32Array(rows * heads * headDim),
    },
    bind: (ops, buffer) =>
      ops.attention("attention", {
        out: buffer("out"),
        q: buffer("q"),
        keys: buffer("keys"),
        values: buffer("values"),
        kv,
        heads,
        scale: 1 / Math.sqrt(headDim),
        positions: buffer("positions"),
        sequences: buffer("sequences"),
        blockTables: buffer("tables"),
        maxBlocksPerSeq,
      }),
    step: { rows, decodeRows, maxContext },
    outputs: { out: "f32" },
  };
}

const shapes: readonly AttentionCase[] = [
  { contexts: [1], decodeRows: 1, heads: 1, kvHeads: 1, headDim: 8, blockSize: 8, dtype: "f32" },
  { contexts: [63, 64, 65], decodeRows: 0, heads: 2, kvHeads: 2, headDim: 16, blockSize: 16, dtype: "f32" },
  { contexts: [200], decodeRows: 1, heads: 4, kvHeads: 1, headDim: 64, blockSize: 32, dtype: "f32" },
  { contexts: [129, 300], decodeRows: 2, heads: 3, kvHeads: 1, headDim: 128, blockSize: 64, dtype: "f16" },
  { contexts: [150, 9, 130], decodeRows: 1, heads: 6, kvHeads: 3, headDim: 12, blockSize: 8, dtype: "f32" },
  { contexts: [100], decodeRows: 1, heads: 2, kvHeads: 1, headDim: 256, blockSize: 16, dtype: "f16" },
  { contexts: [80, 1, 17, 64], decodeRows: 4, heads: 8, kvHeads: 1, headDim: 32, blockSize: 8, dtype: "f32" },
  { contexts: [140, 70], decodeRows: 2, heads: 2, kvHeads: 1, headDim: 64, blockSize: 16, dtype: "f32", size: 1e3 },
  { contexts: [150, 9, 130], decodeRows: 1, heads: 6, kvHeads: 3, headDim: 12, blockSize: 8, dtype: "int8" },
  { contexts: [150, 9, 130], decodeRows: 1, heads: 6, kvHeads: 3, headDim: 12, blockSize: 8, dtype: "f16" },
  { contexts: [80, 1, 17, 64], decodeRows: 4, heads: 8, kvHeads: 1, headDim: 32, blockSize: 16, dtype: "int8" },
  {
    contexts: Array.from({ length: 70 }, (_, i) => 1 + i * 2),
    decodeRows: 0,
    heads: 5,
    kvHeads: 1,
    headDim: 8,
    blockSize: 8,
    dtype: "f16",
  },
];

export const attentionCases: readonly Case[] = shapes.map((shape) => ({
  kernel: "attention",
  name:
    `${shape.contexts.length} rows (${shape.decodeRows} decode) to ${Math.max(...shape.contexts)} tokens, heads ` +
    `${shape.heads}/${shape.kvHeads} of ${shape.headDim}, blocks of ${shape.blockSize} ${shape.dtype}${shape.size ? ", sharp" : ""}`,
  scenario: () => attentionScenario(shape),
  // Scores in the hundreds lose their last bits before exp makes them a factor.
  tolerance: shape.size ? 1e-3 : 3e-6,
}));
