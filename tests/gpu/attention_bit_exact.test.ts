import { expect, test } from "bun:test";
import type { Device, KvDtype } from "../../src/contracts/device.ts";
import { Data, encodeCache } from "../../src/selftest/data.ts";
import { runScenario, type Scenario } from "../../src/selftest/scenario.ts";
import { agreeing, describeGpu } from "./devices.ts";

const heads = 3;
const kvHeads = 1;
const headDim = 24;
const CONTEXTS = [1, 64, 65, 130, 200];

/** Keys and values of each sequence, in logical order, and a query for its last position. */
const sequences = CONTEXTS.map((context, i) => {
  const data = new Data(100 + i);
  return {
    context,
    q: data.floats(heads * headDim, 3),
    keys: data.floats(context * kvHeads * headDim),
    values: data.floats(context * kvHeads * headDim),
  };
});

interface Layout {
  /** Sequences in the batch, by index. */
  batch: readonly number[];
  decodeRows: number;
  blockSize: number;
  seed: number;
}

/** The batch with its blocks scattered over a cache that is larger than it needs. */
function layOut({ batch, decodeRows, blockSize, seed }: Layout, dtype: KvDtype): Scenario {
  const maxBlocksPerSeq = Math.ceil(200 / blockSize) + 1;
  const kv = { dtype, numBlocks: batch.length * maxBlocksPerSeq + 3, blockSize, kvHeads, headDim };
  const data = new Data(seed);
  const free = [...data.shuffled(kv.numBlocks)];
  const width = kvHeads * headDim;
  const keys = data.floats(kv.numBlocks * blockSize * width);
  const values = data.floats(kv.numBlocks * blockSize * width);
  const q = new Float32Array(batch.length * heads * headDim);
  const tables = new Uint32Array(batch.length * maxBlocksPerSeq);
  batch.forEach((index, row) => {
    const sequence = sequences[index]!;
    q.set(sequence.q, row * heads * headDim);
    for (let position = 0; position < sequence.context; position++) {
      const at = row * maxBlocksPerSeq + Math.floor(position / blockSize);
      if (position % blockSize === 0) tables[at] = free.pop()!;
      const slot = tables[at]! * blockSize + (position % blockSize);
      keys.set(sequence.keys.subarray(position * width, (position + 1) * width), slot * width);
      values.set(sequence.values.subarray(position * width, (position + 1) * width), slot * width);
    }
  });
  return {
    buffers: {
      q,
      keys: encodeCache(keys, kv),
      values: encodeCache(values, kv),
      positions: Uint32Array.from(batch, (index) => CONTEXTS[index]! - 1),
      sequences: Uint32Array.from(batch, (_, row) => row),
      tables,
      out: new Float32Array(q.length),
    },
    bind: (ops, buffer) =>
      ops.attention("attention", {
        out: buffer("out"),
        q: buffer("q"),
        keys: buffer("keys"),
        values: buffer("values"),
        kv,
        heads,
        scale: 0.3,
        positions: buffer("positions"),
        sequences: buffer("sequences"),
        blockTables: buffer("tables"),
        maxBlocksPerSeq,
      }),
    step: { rows: batch.length, decodeRows, maxContext: Math.max(...batch.map((index) => CONTEXTS[index]!)) },
    outputs: { out: "f32" },
  };
}

async function bitsOf(device: Device, layout: Layout, dtype: KvDtype): Promise<Map<number, Uint32Array>> {
  const out = (await runScenario(device, layOut(layout, dtype))).get("out")!.slice();
  const width = heads * headDim;
  return new Map(
    layout.batch.map((index, row) => [index, new Uint32Array(out.buffer).slice(row * width, (row + 1) * width)]),
  );
}

describeGpu("attention gives a row the same bits", () => {
  const alone: readonly Layout[] = CONTEXTS.flatMap((_, index) => [
    { batch: [index], decodeRows: 1, blockSize: 16, seed: 2 },
    { batch: [index], decodeRows: 0, blockSize: 8, seed: 3 },
  ]);
  const together: readonly Layout[] = [
    { batch: [4, 0, 3, 1, 2], decodeRows: 5, blockSize: 32, seed: 4 },
    { batch: [2, 4, 1, 0, 3], decodeRows: 2, blockSize: 64, seed: 5 },
    { batch: [3, 4], decodeRows: 1, blockSize: 8, seed: 6 },
    { batch: [3, 4], decodeRows: 2, blockSize: 16, seed: 7 },
    { batch: Array.from({ length: 40 }, (_, i) => i % 5), decodeRows: 20, blockSize: 16, seed: 8 },
  ];
  for (const dtype of ["f32", "f16", "int8"] as const) {
    test(`alone, batched, as decode or prefill, in any blocks, KV in ${dtype}`, async () => {
      const all = { batch: [0, 1, 2, 3, 4], decodeRows: 0, blockSize: 16, seed: 1 };
      for (const devices of agreeing) {
        const expected = await bitsOf(devices[0]!, all, dtype);
        for (const device of devices) {
          for (const layout of [...alone, ...together]) {
            for (const [index, bits] of await bitsOf(device, layout, dtype)) expect(bits).toEqual(expected.get(index)!);
          }
        }
      }
    }, 240_000);
  }
});
