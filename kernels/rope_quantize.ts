import { defineKernel } from "./define.ts";
import cache from "./lib/cache.wgsl" with { type: "text" };
import source from "./rope_quantize.wgsl" with { type: "text" };

/** Grid: [(heads + 2 * kvHeads) / 64, rows]. */
export const ropeQuantize = defineKernel({
  name: "rope_quantize",
  source,
  libs: [cache],
  params: { heads: "u32", kv_heads: "u32", dim4: "u32", block_size: "u32", rotate: "u32" },
  buffers: {
    qkv: "read array<f32>",
    positions: "read array<u32>",
    slots: "read array<u32>",
    rotation: "read array<f32>",
    q: "read_write array<vec4f>",
    keys: "read_write array<packed4>",
    values: "read_write array<packed4>",
  },
});
