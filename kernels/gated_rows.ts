import { defineKernel } from "./define.ts";
import source from "./gated_rows.wgsl" with { type: "text" };
import activation from "./lib/activation.wgsl" with { type: "text" };
import finish from "./lib/finish_gated.wgsl" with { type: "text" };
import product from "./lib/product.wgsl" with { type: "text" };

/** Grid: [count / (LANES * COLUMNS), rows / ROWS]. */
export const gatedRows = defineKernel({
  name: "gated_rows",
  source,
  libs: [product, activation, finish],
  constants: ["ACTIVATION", "ROWS", "COLUMNS", "LANES"],
  params: {
    inputs4: "u32",
    inner: "u32",
    first: "u32",
    count: "u32",
    gate_base: "u32",
    up_base: "u32",
    has_bias: "u32",
  },
  buffers: {
    x: "read array<vec4f>",
    gate: "read array<packed4>",
    up: "read array<packed4>",
    bias: "read array<f32>",
    out: "read_write array<f32>",
  },
});
