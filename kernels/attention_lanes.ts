import source from "./attention_lanes.wgsl" with { type: "text" };
import { defineKernel } from "./define.ts";
import cache from "./lib/cache.wgsl" with { type: "text" };
import cut from "./lib/cut.wgsl" with { type: "text" };
import sum4 from "./lib/sum4.wgsl" with { type: "text" };

/** Grid: [heads / GROUP, rows / ROWS], the rows after the decodes with `first_row`. */
export const attentionLanes = defineKernel({
  name: "attention_lanes",
  source,
  libs: [cache, sum4, cut],
  constants: ["DIM4", "GROUP", "ROWS"],
  extensions: ["subgroups"],
  params: {
    heads: "u32",
    kv_heads: "u32",
    dim4: "u32",
    block_size: "u32",
    max_blocks: "u32",
    first_row: "u32",
    scale: "f32",
  },
  buffers: {
    q: "read array<f32>",
    keys: "read array<packed4>",
    values: "read array<packed4>",
    positions: "read array<u32>",
    sequences: "read array<u32>",
    block_tables: "read array<u32>",
    out: "read_write array<vec4f>",
  },
});
