import { expect, test } from "bun:test";
import type { Device } from "../../src/contracts/device.ts";
import { Data } from "../../src/selftest/data.ts";
import { runScenario, type Scenario } from "../../src/selftest/scenario.ts";
import { agreeing, describeGpu } from "./devices.ts";

const headDim = 8;
const blockSize = 8;
const maxBlocksPerSeq = 20;
const SEQUENCES = 3;

/** A position of a sequence, which attends to all up to itself. */
interface Row {
  readonly sequence: number;
  readonly position: number;
}

function rowsOf(sequence: number, first: number, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => ({ sequence, position: first + i }));
}

/** The rows as one prefill, of sequences whose caches are full of numbers; `poisoned` has a value that is none. */
function scenarioOf(rows: readonly Row[], heads: number, kvHeads: number, poisoned?: Row): Scenario {
  const data = new Data(heads);
  const kv = { dtype: "f32", numBlocks: SEQUENCES * maxBlocksPerSeq, blockSize, kvHeads, headDim } as const;
  const width = kvHeads * headDim;
  const tables = data.shuffled(kv.numBlocks);
  const keys = data.floats(kv.numBlocks * blockSize * width);
  const values = data.floats(keys.length);
  const queries = data.floats(SEQUENCES * maxBlocksPerSeq * blockSize * heads * headDim, 3);
  if (poisoned) {
    const { sequence, position } = poisoned;
    const block = tables[sequence * maxBlocksPerSeq + Math.floor(position / blockSize)]!;
    const slot = block * blockSize + (position % blockSize);
    values.fill(Number.NaN, slot * width, (slot + 1) * width);
    keys.fill(Number.POSITIVE_INFINITY, slot * width, (slot + 1) * width);
  }
  const q = rows.flatMap(({ sequence, position }) => {
    const at = (sequence * maxBlocksPerSeq * blockSize + position) * heads * headDim;
    return [...queries.subarray(at, at + heads * headDim)];
  });
  return {
    buffers: {
      q: Float32Array.from(q),
      keys,
      values,
      tables,
      positions: Uint32Array.from(rows, ({ position }) => position),
      sequences: Uint32Array.from(rows, ({ sequence }) => sequence),
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
    step: { rows: rows.length, maxContext: Math.max(...rows.map(({ position }) => position)) + 1 },
    outputs: { out: "f32" },
  };
}

/** The bits of each row. */
async function bitsOf(device: Device, scenario: Scenario): Promise<Uint32Array[]> {
  const words = new Uint32Array((await runScenario(device, scenario)).get("out")!.slice().buffer);
  const width = words.length / scenario.step.rows!;
  return Array.from({ length: scenario.step.rows! }, (_, row) => words.subarray(row * width, (row + 1) * width));
}

describeGpu("attention of a chunk", () => {
  // Begins and ends of sequences fall anywhere in a tile of rows, and one has a single row.
  const batch = [...rowsOf(1, 58, 9), ...rowsOf(0, 0, 5), ...rowsOf(2, 130, 1), ...rowsOf(0, 120, 11)];
  for (const [heads, kvHeads] of [
    [3, 3],
    [6, 2],
    [8, 1],
  ] as const) {
    test(`gives each row the bits it has alone, heads ${heads}/${kvHeads}`, async () => {
      for (const devices of agreeing) {
        const alone: Uint32Array[] = [];
        for (const row of batch) alone.push((await bitsOf(devices[0]!, scenarioOf([row], heads, kvHeads)))[0]!);
        for (const device of devices) {
          expect(await bitsOf(device, scenarioOf(batch, heads, kvHeads))).toEqual(alone);
        }
      }
    }, 240_000);

    test(`keeps what is not finite from the rows before it, heads ${heads}/${kvHeads}`, async () => {
      const rows = rowsOf(1, 60, 12);
      const poisoned = { sequence: 1, position: 66 };
      for (const device of agreeing.flat()) {
        const clean = await bitsOf(device, scenarioOf(rows, heads, kvHeads));
        const found = await bitsOf(device, scenarioOf(rows, heads, kvHeads, poisoned));
        expect(found.slice(0, 6)).toEqual(clean.slice(0, 6));
        expect(new Float32Array(found[6]!)).not.toEqual(new Float32Array(clean[6]!));
      }
    }, 240_000);
  }
});
