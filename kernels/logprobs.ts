import { defineKernel } from "./define.ts";
import order from "./lib/order.wgsl" with { type: "text" };
import sumTree from "./lib/sum_tree.wgsl" with { type: "text" };
import source from "./logprobs.wgsl" with { type: "text" };

/** Grid: [1, samples]. */
export const logprobs = defineKernel({
  name: "logprobs",
  source,
  libs: [order, sumTree],
  params: { vocab: "u32" },
  buffers: {
    logits: "read array<u32>",
    token_ids: "read array<u32>",
    chosen: "read_write array<u32>",
    ranks: "read_write array<u32>",
    top_ids: "read_write array<u32>",
    top_logprobs: "read_write array<u32>",
  },
});
