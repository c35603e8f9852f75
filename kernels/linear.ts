import { defineKernel } from "./define.ts";
import activation from "./lib/activation.wgsl" with { type: "text" };
import source from "./linear.wgsl" with { type: "text" };

/** Grid: [count / columns of the shape, rows / rows of the shape]. */
export const linear = defineKernel({
  name: "linear",
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
    base: "u32",
    outputs: "u32",
    samples: "u32",
    has_bias: "u32",
    epsilon: "f32",
    add: "u32",
  },
  buffers: {
    x: "read array<input>",
    weight: "read array<packed8>",
    bias: "read array<f32>",
    norm_weight: "read array<vec4f>",
    out: "read_write array<f32>",
  },
});
