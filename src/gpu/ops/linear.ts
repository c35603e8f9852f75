import { linear } from "../../../kernels/linear.ts";
import type { LinearArgs, StepShape } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { type RowSlice, rowSlices } from "../buffers.ts";
import { ACTIVATION } from "./activation.ts";
import { normedProduct, type ProductInput, productOf } from "./input_norm.ts";
import { type ProductTuning, productGrid, productParams } from "./product.ts";

export function linearOp(binder: Binder, name: string, args: LinearArgs, tuning: ProductTuning): GpuOp {
  const slices = rowSlices(args.weight, binder.limits);
  const bind = (input: ProductInput) => slices.flatMap((slice) => bindSlice(binder, name, args, input, slice, tuning));
  return { name, dispatches: normedProduct(binder, name, args, tuning, bind) };
}

function bindSlice(
  binder: Binder,
  name: string,
  args: LinearArgs,
  input: ProductInput,
  slice: RowSlice,
  { choose }: ProductTuning,
): Dispatch[] {
  const { out, weight, bias, activation, write, rows } = args;
  const { x, norm, shapes } = input;
  const { first, count, base, binding } = slice;
  const params = {
    ...productParams(weight),
    first,
    count,
    base,
    outputs: weight.rows,
    samples: Number(rows === "samples"),
    has_bias: Number(bias !== undefined),
    epsilon: norm?.epsilon ?? 0,
    add: Number(write === "add"),
  };
  const group = binder.group(name, linear, params, { x, weight: binding, bias, norm_weight: norm?.weight, out });
  const rowsOf = rows === "samples" ? (step: StepShape) => step.samples : (step: StepShape) => step.rows;
  const constants = { ACTIVATION: ACTIVATION[activation] };
  return shapes.map((shape) => ({
    shader: binder.shader(linear, { product: productOf(shape, weight, input), constants }),
    group,
    grid: (step) => productGrid(shape, weight, count, choose(rowsOf(step)) === shape ? rowsOf(step) : 0),
  }));
}
