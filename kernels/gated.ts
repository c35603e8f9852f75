import { defineKernel } from "./define.ts";
import source from "./gated.wgsl" with { type: "text" };
import activation from "./lib/activation.wgsl" with { type: "text" };

/** Grid: [count / columns of the shape, rows / rows of the shape]. */
export const gated = defineKernel({
  name: "gated",
  source,
  libs: [activation],
  constants: ["ACTIVATION"],
  product: true,
  params: {
    inputs: "u32",
    chunks: "u32",
    stride: "u32",
    span: "u32",
    first: "u32",
    count: "u32",
    gate_base: "u32",
    up_base: "u32",
    inner: "u32",
    has_bias: "u32",
    epsilon: "f32",
  },
  buffers: {
    x: "read array<input>",
    gate: "read array<packed8>",
    up: "read array<packed8>",
    bias: "read array<f32>",
    norm_weight: "read array<vec4f>",
    out: "read_write array<f32>",
  },
});
