import type { Activation, DeviceBuffer, InputNorm, NormArgs, WeightDtype } from "../../contracts/device.ts";
import { Data, encodeRows, weight } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

export interface LinearCase {
  rows: number;
  inputs: number;
  outputs: number;
  dtype: WeightDtype;
  /** Rows of x are rounded to int8. */
  rounded?: boolean;
  activation?: Activation;
  bias?: boolean;
  add?: boolean;
  samples?: boolean;
  norm?: NormArgs["kind"];
  size?: number;
}

/** A norm of x whose buffers are `normWeight`, `normBias` for a LayerNorm, and `normed`. */
export function inputNorm(kind: NormArgs["kind"], buffer: (name: string) => DeviceBuffer): InputNorm {
  const bias = kind === "layer" && { bias: buffer("normBias") };
  return { out: buffer("normed"), weight: buffer("normWeight"), ...bias, kind, epsilon: 1e-5 };
}

export function linearScenario(shape: LinearCase): Scenario {
  const { rows, inputs, outputs, dtype, activation = "none", bias, add, samples, norm, rounded, size = 1 } = shape;
  const data = new Data(inputs * 13 + outputs);
  return {
    buffers: {
      x: data.floats(rows * inputs, size),
      weight: encodeRows(data.floats(outputs * inputs), inputs, dtype),
      bias: data.floats(outputs, size),
      out: data.floats(rows * outputs),
      normWeight: data.floats(inputs),
      normBias: data.floats(inputs),
      normed: new Float32Array(rows * inputs),
    },
    bind: (ops, buffer) =>
      ops.linear("linear", {
        out: buffer("out"),
        x: buffer("x"),
        weight: weight(buffer("weight"), dtype, outputs, inputs, rounded),
        ...(bias && { bias: buffer("bias") }),
        ...(norm && { norm: inputNorm(norm, buffer) }),
        activation,
        write: add ? "add" : "store",
        rows: samples ? "samples" : "tokens",
      }),
    step: samples ? { samples: rows } : { rows },
    outputs: { out: "f32" },
  };
}

const shapes: readonly LinearCase[] = [
  { rows: 1, inputs: 4, outputs: 1, dtype: "f32" },
  { rows: 1, inputs: 68, outputs: 130, dtype: "f32", bias: true },
  { rows: 2, inputs: 512, outputs: 64, dtype: "bf16" },
  { rows: 4, inputs: 128, outputs: 70, dtype: "f16", bias: true, add: true },
  { rows: 5, inputs: 1028, outputs: 33, dtype: "f32", add: true },
  { rows: 70, inputs: 64, outputs: 96, dtype: "f32", samples: true },
  { rows: 13, inputs: 192, outputs: 65, dtype: "bf16", bias: true, activation: "gelu" },
  { rows: 3, inputs: 64, outputs: 64, dtype: "f32", activation: "gelu_tanh", size: 30 },
  { rows: 3, inputs: 64, outputs: 64, dtype: "f32", activation: "relu", bias: true, norm: "rms" },
  { rows: 3, inputs: 64, outputs: 64, dtype: "f32", activation: "silu", size: 1e4 },
  { rows: 3, inputs: 256, outputs: 64, dtype: "f32", size: 1e30 },
  { rows: 1, inputs: 4, outputs: 3, dtype: "int8" },
  { rows: 1, inputs: 332, outputs: 70, dtype: "int8", bias: true },
  { rows: 4, inputs: 1024, outputs: 65, dtype: "int8", add: true },
  { rows: 70, inputs: 196, outputs: 66, dtype: "int8", samples: true },
  { rows: 1, inputs: 4, outputs: 3, dtype: "int8", rounded: true },
  { rows: 1, inputs: 332, outputs: 70, dtype: "int8", rounded: true, bias: true, activation: "silu" },
  { rows: 7, inputs: 1056, outputs: 65, dtype: "int8", rounded: true, add: true },
  { rows: 70, inputs: 196, outputs: 66, dtype: "int8", rounded: true, samples: true, size: 1e20 },
  { rows: 3, inputs: 64, outputs: 64, dtype: "int8", rounded: true, norm: "rms" },
  { rows: 1, inputs: 36, outputs: 5, dtype: "int4" },
  { rows: 2, inputs: 2080, outputs: 70, dtype: "int4", bias: true },
  { rows: 9, inputs: 332, outputs: 33, dtype: "int4", add: true, activation: "silu" },
  { rows: 70, inputs: 128, outputs: 66, dtype: "int4" },
];

/** What a norm leaves in the last bit of f32 may make x rounded to int8 fall on either side, a 254th of its largest. */
export function productTolerance({ rounded, norm }: Pick<LinearCase, "rounded" | "norm">): number {
  return rounded && norm ? 2 ** -8 : 3e-6;
}

export const linearCases: readonly Case[] = shapes.map((shape) => ({
  kernel: "linear",
  name: describeLinear(shape),
  scenario: () => linearScenario(shape),
  tolerance: productTolerance(shape),
}));

export function describeLinear({
  rows,
  inputs,
  outputs,
  dtype,
  rounded,
  activation,
  bias,
  add,
  samples,
  norm,
  size,
}: LinearCase): string {
  const parts = [
    `${rows} x ${inputs} by ${outputs} ${dtype}`,
    rounded && "rounded",
    bias && "bias",
    activation,
    add && "added",
  ];
  return [...parts, samples && "samples", norm && `${norm} norm`, size && `size ${size}`].filter(Boolean).join(", ");
}
