import source from "./attention_matrix.wgsl" with { type: "text" };
import { defineKernel } from "./define.ts";
import cache from "./lib/cache.wgsl" with { type: "text" };
import cut from "./lib/cut.wgsl" with { type: "text" };
import { MATRIX_EXTENSIONS } from "./lib/products.ts";
import queries from "./lib/queries.wgsl" with { type: "text" };
import running from "./lib/running.wgsl" with { type: "text" };

/** Grid: [heads / GROUP, rows / ROWS, 1], the rows after the decodes with `skip_decodes`; z the partitions with `split`. */
export const attentionMatrix = defineKernel({
  name: "attention_matrix",
  source,
  libs: [cache, cut, queries, running],
  constants: ["DIM4", "GROUP", "ROWS", "UNIT_M", "UNIT_N", "UNIT_K", "SUBGROUP_LANES"],
  extensions: MATRIX_EXTENSIONS,
  params: {
    heads: "u32",
    kv_heads: "u32",
    dim4: "u32",
    block_size: "u32",
    max_blocks: "u32",
    skip_decodes: "u32",
    split: "u32",
    scale: "f32",
  },
  buffers: {
    q: "read array<vec4f>",
    keys: "read array<packed_keys>",
    values: "read array<packed_keys>",
    positions: "read array<u32>",
    sequences: "read array<u32>",
    block_tables: "read array<u32>",
    partials: "read_write array<vec4f>",
    softmax: "read_write array<vec2f>",
    out: "read_write array<vec4f>",
  },
});
