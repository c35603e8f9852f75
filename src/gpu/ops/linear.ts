import { linear } from "../../../kernels/linear.ts";
import type { LinearArgs, StepShape } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { type RowSlice, rowSlices } from "../buffers.ts";
import { ACTIVATION } from "./activation.ts";
import { type Lanes, productGrid, productParams, productTuning } from "./product.ts";

export function linearOp(binder: Binder, name: string, args: LinearArgs, lanes: Lanes): GpuOp {
  const slices = rowSlices(args.weight, binder.limits);
  return { name, dispatches: slices.flatMap((slice) => bindSlice(binder, name, args, slice, lanes)) };
}

function bindSlice(binder: Binder, name: string, args: LinearArgs, slice: RowSlice, lanes: Lanes): Dispatch[] {
  const { out, x, weight, bias, activation, write, rows } = args;
  const { first, count, base, binding } = slice;
  const params = {
    ...productParams(weight),
    first,
    count,
    base,
    outputs: weight.rows,
    samples: Number(rows === "samples"),
    has_bias: Number(bias !== undefined),
    add: Number(write === "add"),
  };
  const group = binder.group(name, linear, params, { x, weight: binding, bias, out });
  const rowsOf = rows === "samples" ? (step: StepShape) => step.samples : (step: StepShape) => step.rows;
  const constants = { ACTIVATION: ACTIVATION[activation] };
  const { shapes, choose } = productTuning(lanes);
  return shapes.map((shape) => ({
    shader: binder.shader(linear, { product: { shape, weight: weight.dtype }, constants }),
    group,
    grid: (step) => productGrid(shape, weight, count, choose(rowsOf(step)) === shape ? rowsOf(step) : 0),
  }));
}
