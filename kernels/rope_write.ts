import { defineKernel } from "./define.ts";
import source from "./rope_write.wgsl" with { type: "text" };

/** Grid: [(heads + 2 * kvHeads) * headDim / 4 / 64, rows]. */
export const ropeWrite = defineKernel({
  name: "rope_write",
  source,
  libs: [],
  params: { heads: "u32", kv_heads: "u32", head_dim: "u32", rotate: "u32" },
  buffers: {
    qkv: "read array<vec2f>",
    positions: "read array<u32>",
    slots: "read array<u32>",
    rotation: "read array<vec2f>",
    q: "read_write array<vec2f>",
    keys: "read_write array<packed2>",
    values: "read_write array<packed2>",
  },
});
