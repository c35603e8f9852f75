import { norm } from "../../../kernels/norm.ts";
import type { NormArgs } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

export function normOp(binder: Binder, name: string, args: NormArgs): GpuOp {
  const { out, x, weight, bias, kind, epsilon, width, gather } = args;
  const params = {
    width4: width / 4,
    layer: Number(kind === "layer"),
    gather: Number(gather !== undefined),
    has_bias: Number(bias !== undefined),
    epsilon,
  };
  const group = binder.group(name, norm, params, { x, weight, bias, row_index: gather, out });
  const grid = gather
    ? ({ samples }: { samples: number }) => [1, samples, 1] as const
    : ({ rows }: { rows: number }) => [1, rows, 1] as const;
  return { name, dispatches: [{ shader: binder.shader(norm), group, grid }] };
}
