import { defineKernel } from "./define.ts";
import source from "./embed.wgsl" with { type: "text" };

/** Grid: [width4 / 128, rows]. */
export const embed = defineKernel({
  name: "embed",
  source,
  libs: [],
  params: {
    width4: "u32",
    stride: "u32",
    scales: "u32",
    offset: "u32",
    first: "u32",
    count: "u32",
    base: "u32",
    add: "u32",
  },
  buffers: {
    ids: "read array<u32>",
    sampled: "read array<u32>",
    table: "read array<packed8>",
    out: "read_write array<vec4f>",
  },
});
