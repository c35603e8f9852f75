import { gated } from "../../../kernels/gated.ts";
import type { GatedLinearArgs, Weight } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { type BindingLimits, type RowSlice, sliceRows } from "../buffers.ts";
import { ACTIVATION } from "./activation.ts";
import { normedProduct, type ProductInput, productOf } from "./input_norm.ts";
import { type ProductTuning, productGrid, productParams } from "./product.ts";

export function gatedLinearOp(binder: Binder, name: string, args: GatedLinearArgs, tuning: ProductTuning): GpuOp {
  const slices = [...gateAndUp(args.weight, binder.limits)];
  const bind = (input: ProductInput) => slices.flatMap((slice) => bindSlice(binder, name, args, input, slice, tuning));
  return { name, dispatches: normedProduct(binder, name, args, tuning, bind) };
}

/** The same columns of gate and of up; `up` has as many rows as `gate` or fewer, and those count. */
interface GatedSlice {
  readonly gate: RowSlice;
  readonly up: RowSlice;
}

function* gateAndUp(weight: Weight, limits: BindingLimits): Iterable<GatedSlice> {
  const inner = weight.rows / 2;
  for (let first = 0; first < inner; ) {
    const gate = sliceRows(weight, first, inner, limits);
    const up = sliceRows(weight, inner + first, inner + first + gate.count, limits);
    yield { gate, up };
    first += up.count;
  }
}

function bindSlice(
  binder: Binder,
  name: string,
  args: GatedLinearArgs,
  input: ProductInput,
  { gate, up }: GatedSlice,
  { choose }: ProductTuning,
): Dispatch[] {
  const { out, weight, bias, activation } = args;
  const { x, norm, shapes } = input;
  const count = 2 * up.count;
  const params = {
    ...productParams(weight),
    first: gate.first,
    count,
    gate_base: gate.base,
    up_base: up.base,
    inner: weight.rows / 2,
    has_bias: Number(bias !== undefined),
    epsilon: norm?.epsilon ?? 0,
  };
  const buffers = { x, gate: gate.binding, up: up.binding, bias, norm_weight: norm?.weight, out };
  const group = binder.group(name, gated, params, buffers);
  const constants = { ACTIVATION: ACTIVATION[activation] };
  return shapes.map((shape) => ({
    shader: binder.shader(gated, { product: productOf(shape, weight, input), constants }),
    group,
    grid: ({ rows }) => productGrid(shape, weight, count, choose(rows) === shape ? rows : 0),
  }));
}
