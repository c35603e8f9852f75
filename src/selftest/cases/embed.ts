import type { WeightDtype } from "../../contracts/device.ts";
import { SAMPLED } from "../../contracts/runner.ts";
import { Data, encodeRows, weight } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

interface Shape {
  rows: number;
  vocab: number;
  width: number;
  dtype: WeightDtype;
  /** Adds learned positions, two rows further down their table. */
  learned?: WeightDtype;
  /** Every second row takes its token from a sample of the step before, of which there are 5. */
  sampled?: boolean;
}

export function embedScenario({ rows, vocab, width, dtype, learned, sampled = false }: Shape): Scenario {
  const data = new Data(rows * 31 + vocab);
  return {
    buffers: {
      table: encodeRows(data.floats(vocab * width), width, dtype),
      places: encodeRows(data.floats(50 * width), width, learned ?? "f32"),
      ids: data.integers(rows, vocab).map((id, row) => (sampled && row % 2 === 1 ? SAMPLED + (row % 5) : id)),
      sampledIds: data.integers(5, vocab),
      positions: data.integers(rows, 48),
      out: new Float32Array(rows * width),
    },
    bind: (ops, buffer) =>
      ops.embed("embed", {
        out: buffer("out"),
        table: weight(buffer("table"), dtype, vocab, width),
        tokenIds: buffer("ids"),
        ...(sampled && { sampledIds: buffer("sampledIds") }),
        ...(learned && {
          learned: { table: weight(buffer("places"), learned, 50, width), positions: buffer("positions"), offset: 2 },
        }),
      }),
    step: { rows },
    outputs: { out: "f32" },
  };
}

const shapes: readonly Shape[] = [
  { rows: 1, vocab: 1, width: 4, dtype: "f32" },
  { rows: 70, vocab: 512, width: 64, dtype: "f32" },
  { rows: 9, vocab: 300, width: 260, dtype: "f16" },
  { rows: 9, vocab: 300, width: 132, dtype: "bf16" },
  { rows: 17, vocab: 99, width: 64, dtype: "f32", learned: "f32" },
  { rows: 9, vocab: 300, width: 260, dtype: "int8" },
  { rows: 9, vocab: 300, width: 36, dtype: "int4" },
  { rows: 5, vocab: 99, width: 64, dtype: "int8", learned: "bf16" },
  { rows: 17, vocab: 99, width: 64, dtype: "bf16", learned: "f16" },
  { rows: 17, vocab: 99, width: 64, dtype: "bf16", learned: "f16", sampled: true },
  { rows: 12, vocab: 300, width: 36, dtype: "f32", sampled: true },
];

export const embedCases: readonly Case[] = shapes.map((shape) => ({
  kernel: "embed",
  name: `${shape.rows} rows of ${shape.width} ${shape.dtype}${shape.learned ? `, ${shape.learned} positions` : ""}${shape.sampled ? ", some sampled" : ""}`,
  scenario: () => embedScenario(shape),
  // The sum of two table entries rounds once on either device.
  tolerance: shape.learned ? 2 ** -24 : 0,
}));
