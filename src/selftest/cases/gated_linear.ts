import { Data, encodeRows, weight } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";
import { describeLinear, inputNorm, type LinearCase, productTolerance } from "./linear.ts";

/** `outputs` is the inner width: the weight has twice as many rows. */
export function gatedLinearScenario(shape: Omit<LinearCase, "add" | "samples">): Scenario {
  const { rows, inputs, outputs, dtype, activation = "silu", bias, norm, rounded, size = 1 } = shape;
  const data = new Data(inputs * 19 + outputs);
  return {
    buffers: {
      x: data.floats(rows * inputs, size),
      weight: encodeRows(data.floats(2 * outputs * inputs), inputs, dtype),
      bias: data.floats(2 * outputs),
      normWeight: data.floats(inputs),
      normBias: data.floats(inputs),
      normed: new Float32Array(rows * inputs),
      out: new Float32Array(rows * outputs),
    },
    bind: (ops, buffer) =>
      ops.gatedLinear("gated", {
        out: buffer("out"),
        x: buffer("x"),
        weight: weight(buffer("weight"), dtype, 2 * outputs, inputs, rounded),
        ...(bias && { bias: buffer("bias") }),
        ...(norm && { norm: inputNorm(norm, buffer) }),
        activation,
      }),
    step: { rows },
    outputs: { out: "f32" },
  };
}

const shapes: readonly LinearCase[] = [
  { rows: 1, inputs: 64, outputs: 172, dtype: "f32" },
  { rows: 1, inputs: 132, outputs: 7, dtype: "bf16", bias: true },
  { rows: 3, inputs: 320, outputs: 66, dtype: "f16" },
  { rows: 70, inputs: 64, outputs: 64, dtype: "f32" },
  { rows: 6, inputs: 128, outputs: 40, dtype: "bf16", activation: "gelu_tanh", norm: "rms" },
  { rows: 1, inputs: 2080, outputs: 24, dtype: "f32", norm: "rms" },
  { rows: 2, inputs: 96, outputs: 20, dtype: "f32", norm: "layer" },
  { rows: 2, inputs: 64, outputs: 64, dtype: "f32", size: 1e6 },
  { rows: 1, inputs: 196, outputs: 67, dtype: "int8" },
  { rows: 70, inputs: 64, outputs: 40, dtype: "int8", bias: true },
  { rows: 1, inputs: 196, outputs: 67, dtype: "int8", rounded: true },
  { rows: 37, inputs: 352, outputs: 40, dtype: "int8", rounded: true, bias: true, norm: "layer" },
  { rows: 1, inputs: 256, outputs: 67, dtype: "int4", bias: true },
  { rows: 5, inputs: 132, outputs: 40, dtype: "int4", activation: "gelu_tanh" },
];

export const gatedLinearCases: readonly Case[] = shapes.map((shape) => ({
  kernel: "gated_linear",
  name: describeLinear(shape),
  scenario: () => gatedLinearScenario(shape),
  tolerance: productTolerance(shape),
}));
