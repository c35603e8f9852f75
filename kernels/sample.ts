import { defineKernel } from "./define.ts";
import noise from "./lib/noise.wgsl" with { type: "text" };
import order from "./lib/order.wgsl" with { type: "text" };
import quads from "./lib/quads.wgsl" with { type: "text" };
import sampleRow from "./lib/sample_row.wgsl" with { type: "text" };
import sumTree from "./lib/sum_tree.wgsl" with { type: "text" };
import source from "./sample.wgsl" with { type: "text" };

/** What all kernels that choose a token have in common. */
export const chooser = {
  libs: [noise, order, quads, sumTree, sampleRow],
  params: { vocab: "u32" },
  buffers: {
    logits: "read array<u32>",
    logit_quads: "read array<vec4u>",
    sampling: "read array<vec4u>",
    masks: "read array<u32>",
    out: "read_write array<u32>",
  },
} as const;

/** Grid: [1, samples]. */
export const sample = defineKernel({ name: "sample", source, ...chooser });

/** Largest vocabulary whose integer weights cannot overflow. */
export const MAX_VOCAB = 262144;
