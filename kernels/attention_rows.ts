import source from "./attention_rows.wgsl" with { type: "text" };
import { defineKernel } from "./define.ts";
import cache from "./lib/cache.wgsl" with { type: "text" };
import cut from "./lib/cut.wgsl" with { type: "text" };
import partition from "./lib/partition.wgsl" with { type: "text" };
import queries from "./lib/queries.wgsl" with { type: "text" };
import running from "./lib/running.wgsl" with { type: "text" };
import sum4 from "./lib/sum4.wgsl" with { type: "text" };

/** Grid: [heads / GROUP, rows / ROWS], the rows after the decodes with `skip_decodes`. */
export const attentionRows = defineKernel({
  name: "attention_rows",
  source,
  libs: [cache, sum4, cut, running, queries, partition],
  constants: ["DIM4", "GROUP", "ROWS"],
  params: {
    heads: "u32",
    kv_heads: "u32",
    dim4: "u32",
    block_size: "u32",
    max_blocks: "u32",
    skip_decodes: "u32",
    scale: "f32",
  },
  buffers: {
    q: "read array<vec4f>",
    keys: "read array<packed_keys>",
    values: "read array<packed4>",
    positions: "read array<u32>",
    sequences: "read array<u32>",
    block_tables: "read array<u32>",
    out: "read_write array<vec4f>",
  },
});
