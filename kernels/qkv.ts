import { defineKernel } from "./define.ts";
import source from "./qkv.wgsl" with { type: "text" };

/** Grid: [count / columns of the shape, rows / rows of the shape]. */
export const qkv = defineKernel({
  name: "qkv",
  source,
  libs: [],
  product: true,
  params: {
    inputs: "u32",
    chunks: "u32",
    stride: "u32",
    span: "u32",
    count: "u32",
    heads: "u32",
    kv_heads: "u32",
    head_dim: "u32",
    rotate: "u32",
    has_bias: "u32",
    epsilon: "f32",
  },
  buffers: {
    x: "read array<input>",
    weight: "read array<packed8>",
    bias: "read array<f32>",
    norm_weight: "read array<vec4f>",
    positions: "read array<u32>",
    slots: "read array<u32>",
    rotation: "read array<vec2f>",
    q: "read_write array<vec2f>",
    keys: "read_write array<packed2>",
    values: "read_write array<packed2>",
  },
});
