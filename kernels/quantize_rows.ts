import { defineKernel } from "./define.ts";
import lanes from "./lib/lanes.wgsl" with { type: "text" };
import rowNorm from "./lib/row_norm.wgsl" with { type: "text" };
import sum4 from "./lib/sum4.wgsl" with { type: "text" };
import source from "./quantize_rows.wgsl" with { type: "text" };

/** Grid: [chunks / 64, rows or samples]; any number of groups takes all chunks. */
export const quantizeRows = defineKernel({
  name: "quantize_rows",
  source,
  libs: [sum4, lanes, rowNorm],
  constants: ["NORMED", "PACKED"],
  params: { width4: "u32", chunks: "u32", stride: "u32", layer: "u32", has_bias: "u32", epsilon: "f32" },
  buffers: {
    x: "read array<vec4f>",
    weight: "read array<vec4f>",
    bias: "read array<vec4f>",
    out: "read_write array<u32>",
  },
});
