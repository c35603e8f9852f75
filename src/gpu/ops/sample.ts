import { MAX_VOCAB, sample } from "../../../kernels/sample.ts";
import { sampleFiltered } from "../../../kernels/sample_filtered.ts";
import type { SampleArgs, StepShape } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

export function sampleOp(binder: Binder, name: string, args: SampleArgs): GpuOp {
  const { out, logits, vocab, sampling, masks } = args;
  if (vocab > MAX_VOCAB) {
    throw new Error(`Cannot bind ${name}: a vocabulary has at most ${MAX_VOCAB} tokens: received ${vocab}`);
  }
  const buffers = { logits, logit_quads: logits, sampling, masks, out };
  const dispatches = [sample, sampleFiltered].map((kernel) => ({
    shader: binder.shader(kernel),
    group: binder.group(name, kernel, { vocab }, buffers),
    grid: ({ samples, filtered }: StepShape) =>
      [1, kernel === sampleFiltered && filtered === 0 ? 0 : samples, 1] as const,
  }));
  return { name, dispatches };
}
