import { editLogits } from "../../../kernels/edit_logits.ts";
import type { EditLogitsArgs } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

export function editLogitsOp(binder: Binder, name: string, args: EditLogitsArgs): GpuOp {
  const { logits, vocab, sampling, edits, originals, direction } = args;
  const params = { vocab, undo: direction === "undo" ? 1 : 0 };
  const group = binder.group(name, editLogits, params, { sampling, edits, logits, originals });
  const grid = (step: { samples: number; edits: number }) => [1, step.edits > 0 ? step.samples : 0, 1] as const;
  return { name, dispatches: [{ shader: binder.shader(editLogits), group, grid }] };
}
