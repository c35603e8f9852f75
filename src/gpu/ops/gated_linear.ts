import { gatedChunks } from "../../../kernels/gated_chunks.ts";
import { gatedRows } from "../../../kernels/gated_rows.ts";
import type { GatedLinearArgs } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { type RowSlice, sliceRows } from "../buffers.ts";
import { ACTIVATION } from "./activation.ts";
import { chunkTile, linearTuning } from "./linear_shape.ts";

export function gatedLinearOp(binder: Binder, name: string, args: GatedLinearArgs, isCpu: boolean): GpuOp {
  const inner = args.weight.rows / 2;
  const dispatches: Dispatch[] = [];
  for (let first = 0; first < inner; ) {
    const gate = sliceRows(args.weight, first, inner, binder.limits);
    const up = sliceRows(args.weight, inner + first, inner + first + gate.count, binder.limits);
    dispatches.push(...bindSlice(binder, name, args, gate, up, isCpu));
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
  isCpu: boolean,
): Dispatch[] {
  const { out, x, weight, bias, activation } = args;
  const count = up.count;
  const params = {
    inputs4: weight.cols / 4,
    inner: weight.rows / 2,
    first: gate.first,
    count,
    gate_base: gate.base,
    up_base: up.base,
    has_bias: Number(bias !== undefined),
  };
  const buffers = { x, gate: gate.binding, up: up.binding, bias, out };
  const rowsGroup = binder.group(name, gatedRows, params, buffers);
  const { shapes, choose } = linearTuning(isCpu);
  return shapes.map((shape) => {
    const chosen = (rows: number) => choose(rows) === shape;
    if (shape === "chunks") {
      const tile = chunkTile(weight.cols, 1024, name);
      return {
        shader: binder.shader(gatedChunks, { packed: weight.dtype, constants: { ACTIVATION: ACTIVATION[activation] } }),
        group: binder.group(name, gatedChunks, { ...params, tile }, buffers),
        grid: ({ rows }) => [Math.ceil(count / tile), chosen(rows) ? rows : 0, 1],
      };
    }
    const columns = Math.ceil(shape.columns / 2);
    return {
      shader: binder.shader(gatedRows, {
        packed: weight.dtype,
        constants: { ACTIVATION: ACTIVATION[activation], ROWS: shape.rows, COLUMNS: columns, LANES: shape.lanes },
      }),
      group: rowsGroup,
      grid: ({ rows }) => [
        Math.ceil(count / (shape.lanes * columns)),
        chosen(rows) ? Math.ceil(rows / shape.rows) : 0,
        1,
      ],
    };
  });
}
