import { Data } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

interface Shape {
  kind: "rms" | "layer";
  rows: number;
  width: number;
  size?: number;
  bias?: boolean;
  gather?: boolean;
  note?: string;
}

export function normScenario({ kind, rows, width, size = 1, bias, gather }: Shape): Scenario {
  const data = new Data(rows * 17 + width);
  const samples = Math.ceil(rows / 2);
  return {
    buffers: {
      x: data.floats(rows * width, size),
      weight: data.floats(width),
      bias: data.floats(width),
      chosen: data.shuffled(rows).slice(0, samples),
      out: new Float32Array((gather ? samples : rows) * width),
    },
    bind: (ops, buffer) =>
      ops.norm("norm", {
        out: buffer("out"),
        x: buffer("x"),
        weight: buffer("weight"),
        ...(bias && { bias: buffer("bias") }),
        ...(gather && { gather: buffer("chosen") }),
        kind,
        epsilon: 1e-5,
        width,
      }),
    step: { rows, samples },
    outputs: { out: "f32" },
  };
}

const shapes: readonly Shape[] = [
  { kind: "rms", rows: 1, width: 4 },
  { kind: "rms", rows: 70, width: 64 },
  { kind: "rms", rows: 5, width: 4100 },
  { kind: "rms", rows: 9, width: 128, gather: true },
  { kind: "rms", rows: 3, width: 256, size: 1e15, note: "large" },
  { kind: "rms", rows: 3, width: 256, size: 1e-15, note: "tiny" },
  { kind: "rms", rows: 3, width: 256, size: 0, note: "zero" },
  { kind: "layer", rows: 7, width: 768, bias: true },
  { kind: "layer", rows: 33, width: 60, bias: true, gather: true },
  { kind: "layer", rows: 2, width: 512, size: 0, bias: true, note: "zero" },
];

export const normCases: readonly Case[] = shapes.map((shape) => ({
  kernel: "norm",
  name: `${shape.kind}, ${shape.rows} rows of ${shape.width}${shape.gather ? ", gathered" : ""}${shape.note ? `, ${shape.note}` : ""}`,
  scenario: () => normScenario(shape),
  tolerance: 2e-6,
}));
