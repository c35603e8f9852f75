import { MAX_VOCAB, sample } from "../../../kernels/sample.ts";
import type { SampleArgs } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

export function sampleOp(binder: Binder, name: string, args: SampleArgs): GpuOp {
  const { out, logits, vocab, sampling, masks } = args;
  if (vocab > MAX_VOCAB) {
    throw new Error(`Cannot bind ${name}: a vocabulary has at most ${MAX_VOCAB} tokens: received ${vocab}`);
  }
  const group = binder.group(name, sample, { vocab }, { logits, logit_quads: logits, sampling, masks, out });
  return { name, dispatches: [{ shader: binder.shader(sample), group, grid: ({ samples }) => [1, samples, 1] }] };
}
