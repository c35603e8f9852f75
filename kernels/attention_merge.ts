import source from "./attention_merge.wgsl" with { type: "text" };
import { defineKernel } from "./define.ts";
import running from "./lib/running.wgsl" with { type: "text" };

/** Grid: [heads, decode rows]. */
export const attentionMerge = defineKernel({
  name: "attention_merge",
  source,
  libs: [running],
  params: { heads: "u32", dim4: "u32" },
  buffers: {
    positions: "read array<u32>",
    partials: "read array<vec4f>",
    softmax: "read array<vec2f>",
    out: "read_write array<vec4f>",
  },
});
