import source from "./copy_blocks.wgsl" with { type: "text" };
import { defineKernel } from "./define.ts";

/** Grid: [words of a block / 2 / 64, copies]. */
export const copyBlocks = defineKernel({
  name: "copy_blocks",
  source,
  libs: [],
  params: { block_words2: "u32" },
  buffers: { copies: "read array<vec2u>", cache: "read_write array<vec2u>" },
});
