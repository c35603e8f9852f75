import { defineKernel } from "./define.ts";
import source from "./edit_logits.wgsl" with { type: "text" };

/** Grid: [1, samples]. */
export const editLogits = defineKernel({
  name: "edit_logits",
  source,
  libs: [],
  params: { vocab: "u32", undo: "u32" },
  buffers: {
    sampling: "read array<vec4u>",
    edits: "read array<vec2u>",
    logits: "read_write array<u32>",
    originals: "read_write array<u32>",
  },
});
