import { gated } from "../../../kernels/gated.ts";
import type { GatedLinearArgs } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { type RowSlice, sliceRows } from "../buffers.ts";
import { ACTIVATION } from "./activation.ts";
import { type Lanes, productGrid, productParams, productTuning } from "./product.ts";

export function gatedLinearOp(binder: Binder, name: string, args: GatedLinearArgs, lanes: Lanes): GpuOp {
  const inner = args.weight.rows / 2;
  const dispatches: Dispatch[] = [];
  for (let first = 0; first < inner; ) {
    const gate = sliceRows(args.weight, first, inner, binder.limits);
    const up = sliceRows(args.weight, inner + first, inner + first + gate.count, binder.limits);
    dispatches.push(...bindSlice(binder, name, args, gate, up, lanes));
    first += up.count;
  }
  return { name, dispatches };
}

/** Binds the columns that both slices hold; `up` has as many rows as `gate` or fewer. */
function bindSlice(
  binder: Binder,
  name: string,
  args: GatedLinearArgs,
  gate: RowSlice,
  up: RowSlice,
  lanes: Lanes,
): Dispatch[] {
  const { out, x, weight, bias, activation } = args;
  const count = 2 * up.count;
  const params = {
    ...productParams(weight),
    first: gate.first,
    count,
    gate_base: gate.base,
    up_base: up.base,
    inner: weight.rows / 2,
    has_bias: Number(bias !== undefined),
  };
  const group = binder.group(name, gated, params, { x, gate: gate.binding, up: up.binding, bias, out });
  const constants = { ACTIVATION: ACTIVATION[activation] };
  const { shapes, choose } = productTuning(lanes);
  return shapes.map((shape) => ({
    shader: binder.shader(gated, { product: { shape, weight: weight.dtype }, constants }),
    group,
    grid: ({ rows }) => productGrid(shape, weight, count, choose(rows) === shape ? rows : 0),
  }));
}
