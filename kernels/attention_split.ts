import source from "./attention_split.wgsl" with { type: "text" };
import { defineKernel } from "./define.ts";
import cache from "./lib/cache.wgsl" with { type: "text" };
import cut from "./lib/cut.wgsl" with { type: "text" };
import partition from "./lib/partition.wgsl" with { type: "text" };
import queries from "./lib/queries.wgsl" with { type: "text" };
import running from "./lib/running.wgsl" with { type: "text" };
import sum4 from "./lib/sum4.wgsl" with { type: "text" };

/** Grid: [partitions of the longest context, heads / GROUP, decode rows]; ROWS is 1. */
export const attentionSplit = defineKernel({
  name: "attention_split",
  source,
  libs: [cache, sum4, cut, running, queries, partition],
  constants: ["DIM4", "GROUP", "ROWS"],
  params: { heads: "u32", kv_heads: "u32", dim4: "u32", block_size: "u32", max_blocks: "u32", scale: "f32" },
  buffers: {
    q: "read array<vec4f>",
    keys: "read array<packed_keys>",
    values: "read array<packed4>",
    positions: "read array<u32>",
    sequences: "read array<u32>",
    block_tables: "read array<u32>",
    partials: "read_write array<vec4f>",
    softmax: "read_write array<vec2f>",
  },
});

/** Positions in a partition: PARTITION in lib/cut.wgsl. */
export const PARTITION = 64;
