import { defineKernel } from "./define.ts";
import lanes from "./lib/lanes.wgsl" with { type: "text" };
import rowNorm from "./lib/row_norm.wgsl" with { type: "text" };
import sum4 from "./lib/sum4.wgsl" with { type: "text" };
import source from "./norm.wgsl" with { type: "text" };

/** Grid: [1, rows or samples]. */
export const norm = defineKernel({
  name: "norm",
  source,
  libs: [sum4, lanes, rowNorm],
  params: { width4: "u32", layer: "u32", gather: "u32", has_bias: "u32", epsilon: "f32" },
  buffers: {
    x: "read array<vec4f>",
    weight: "read array<vec4f>",
    bias: "read array<vec4f>",
    row_index: "read array<u32>",
    out: "read_write array<vec4f>",
  },
});
