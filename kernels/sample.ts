import { defineKernel } from "./define.ts";
import noise from "./lib/noise.wgsl" with { type: "text" };
import order from "./lib/order.wgsl" with { type: "text" };
import source from "./sample.wgsl" with { type: "text" };

/** Grid: [1, samples]. */
export const sample = defineKernel({
  name: "sample",
  source,
  libs: [noise, order],
  params: { vocab: "u32" },
  buffers: { logits: "read array<u32>", sampling: "read array<vec4u>", out: "read_write array<u32>" },
});

/** Largest vocabulary whose integer weights cannot overflow. */
export const MAX_VOCAB = 262144;
