import { defineKernel } from "./define.ts";
import activation from "./lib/activation.wgsl" with { type: "text" };
import finish from "./lib/finish.wgsl" with { type: "text" };
import product from "./lib/product.wgsl" with { type: "text" };
import source from "./linear_rows.wgsl" with { type: "text" };

/** Grid: [count / (LANES * COLUMNS), rows / ROWS]. */
export const linearRows = defineKernel({
  name: "linear_rows",
  source,
  libs: [product, activation, finish],
  constants: ["ACTIVATION", "ROWS", "COLUMNS", "LANES"],
  params: {
    inputs4: "u32",
    outputs: "u32",
    first: "u32",
    count: "u32",
    base: "u32",
    samples: "u32",
    has_bias: "u32",
    add: "u32",
  },
  buffers: {
    x: "read array<vec4f>",
    weight: "read array<packed4>",
    bias: "read array<f32>",
    out: "read_write array<f32>",
  },
});
