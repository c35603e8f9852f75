import { defineKernel } from "./define.ts";
import source from "./quantize_rows.wgsl" with { type: "text" };

/** Grid: [chunks / 64, rows or samples]. */
export const quantizeRows = defineKernel({
  name: "quantize_rows",
  source,
  libs: [],
  constants: ["PACKED"],
  params: { cols4: "u32", chunks: "u32", stride: "u32" },
  buffers: { x: "read array<vec4f>", out: "read_write array<u32>" },
});
