import type { NormArgs } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

export function normOp(name: string, args: NormArgs): ReferenceOp {
  const { kind, epsilon, width } = args;
  const out = memory(args.out).f32;
  const x = memory(args.x).f32;
  const weight = memory(args.weight).f32;
  const bias = args.bias && memory(args.bias).f32;
  const gather = args.gather && memory(args.gather).u32;
  return referenceOp(name, ({ rows, samples }) => {
    const count = gather ? samples : rows;
    for (let r = 0; r < count; r++) {
      const from = (gather ? gather[r]! : r) * width;
      let mean = 0;
      if (kind === "layer") {
        for (let i = 0; i < width; i++) mean += x[from + i]! / width;
      }
      let variance = 0;
      for (let i = 0; i < width; i++) variance += (x[from + i]! - mean) ** 2 / width;
      const inverse = 1 / Math.sqrt(variance + epsilon);
      for (let i = 0; i < width; i++) {
        out[r * width + i] = (x[from + i]! - mean) * inverse * weight[i]! + (bias ? bias[i]! : 0);
      }
    }
  });
}
