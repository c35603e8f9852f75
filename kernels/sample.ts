import { defineKernel } from "./define.ts";
import noise from "./lib/noise.wgsl" with { type: "text" };
import order from "./lib/order.wgsl" with { type: "text" };
import quads from "./lib/quads.wgsl" with { type: "text" };
import sumTree from "./lib/sum_tree.wgsl" with { type: "text" };
import source from "./sample.wgsl" with { type: "text" };

/** Grid: [1, samples]. */
export const sample = defineKernel({
  name: "sample",
  source,
  libs: [noise, order, quads, sumTree],
  params: { vocab: "u32" },
  buffers: {
    logits: "read array<u32>",
    logit_quads: "read array<vec4u>",
    sampling: "read array<vec4u>",
    masks: "read array<u32>",
    out: "read_write array<u32>",
  },
});

/** Largest vocabulary whose integer weights cannot overflow. */
export const MAX_VOCAB = 262144;
