import { logprobs } from "../../../kernels/logprobs.ts";
import type { LogprobsArgs } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

export function logprobsOp(binder: Binder, name: string, args: LogprobsArgs): GpuOp {
  const { chosen, ranks, topIds, topLogprobs, logits, tokenIds, vocab } = args;
  const buffers = { logits, token_ids: tokenIds, chosen, ranks, top_ids: topIds, top_logprobs: topLogprobs };
  const group = binder.group(name, logprobs, { vocab }, buffers);
  const grid = (step: { samples: number; topLogprobs: number }) =>
    [1, step.topLogprobs < 0 ? 0 : step.samples, 1] as const;
  return { name, dispatches: [{ shader: binder.shader(logprobs), group, grid }] };
}
