import { linearChunks } from "../../../kernels/linear_chunks.ts";
import { linearRows } from "../../../kernels/linear_rows.ts";
import type { LinearArgs, StepShape } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { type RowSlice, rowSlices } from "../buffers.ts";
import { ACTIVATION } from "./activation.ts";
import { chunkTile, linearTuning } from "./linear_shape.ts";

export function linearOp(binder: Binder, name: string, args: LinearArgs, isCpu: boolean): GpuOp {
  const slices = rowSlices(args.weight, binder.limits);
  return { name, dispatches: slices.flatMap((slice) => bindSlice(binder, name, args, slice, isCpu)) };
}

function bindSlice(binder: Binder, name: string, args: LinearArgs, slice: RowSlice, isCpu: boolean): Dispatch[] {
  const { out, x, weight, bias, activation, write, rows } = args;
  const { first, count, base, binding } = slice;
  const common = {
    inputs4: weight.cols / 4,
    outputs: weight.rows,
    first,
    count,
    base,
    has_bias: Number(bias !== undefined),
    add: Number(write === "add"),
  };
  const buffers = { x, weight: binding, bias, out };
  const rowsGroup = binder.group(name, linearRows, { ...common, samples: Number(rows === "samples") }, buffers);
  const rowsOf = rows === "samples" ? (step: StepShape) => step.samples : (step: StepShape) => step.rows;
  const { shapes, choose } = linearTuning(isCpu);
  return shapes.map((shape) => {
    const chosen = (n: number) => choose(n) === shape;
    if (shape === "chunks") {
      const tile = chunkTile(weight.cols, 2048, name);
      return {
        shader: binder.shader(linearChunks, {
          packed: weight.dtype,
          constants: { ACTIVATION: ACTIVATION[activation] },
        }),
        group: binder.group(name, linearChunks, { ...common, tile }, buffers),
        grid: (step) => [Math.ceil(count / tile), chosen(rowsOf(step)) ? rowsOf(step) : 0, 1],
      };
    }
    return {
      shader: binder.shader(linearRows, {
        packed: weight.dtype,
        constants: {
          ACTIVATION: ACTIVATION[activation],
          ROWS: shape.rows,
          COLUMNS: shape.columns,
          LANES: shape.lanes,
        },
      }),
      group: rowsGroup,
      grid: (step) => [
        Math.ceil(count / (shape.lanes * shape.columns)),
        chosen(rowsOf(step)) ? Math.ceil(rowsOf(step) / shape.rows) : 0,
        1,
      ],
    };
  });
}
