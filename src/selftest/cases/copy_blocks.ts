import type { KvShape } from "../../contracts/device.ts";
import { cacheLength, Data, encodeCache } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

export function copyBlocksScenario(kv: KvShape, copies: number): Scenario {
  const data = new Data(copies + kv.headDim);
  return {
    buffers: {
      keys: encodeCache(data.floats(cacheLength(kv)), kv),
      values: encodeCache(data.floats(cacheLength(kv)), kv),
      copies: data.shuffled(kv.numBlocks).slice(0, 2 * copies),
    },
    bind: (ops, buffer) =>
      ops.copyBlocks("copy", { caches: [buffer("keys"), buffer("values")], kv, copies: buffer("copies") }),
    step: { copies },
    outputs: { keys: kv, values: kv },
  };
}

const shapes: readonly { copies: number; kv: KvShape }[] = [
  { copies: 1, kv: { dtype: "f32", numBlocks: 2, blockSize: 8, kvHeads: 1, headDim: 8 } },
  { copies: 20, kv: { dtype: "f16", numBlocks: 41, blockSize: 16, kvHeads: 3, headDim: 12 } },
  { copies: 3, kv: { dtype: "f32", numBlocks: 7, blockSize: 64, kvHeads: 2, headDim: 64 } },
  { copies: 3, kv: { dtype: "int8", numBlocks: 9, blockSize: 8, kvHeads: 3, headDim: 20 } },
];

export const copyBlocksCases: readonly Case[] = shapes.map(({ copies, kv }) => ({
  kernel: "copy_blocks",
  name: `${copies} blocks of ${kv.blockSize} x ${kv.kvHeads} x ${kv.headDim} ${kv.dtype}`,
  scenario: () => copyBlocksScenario(kv, copies),
  tolerance: 0,
}));
