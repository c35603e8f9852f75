import { embed } from "../../../kernels/embed.ts";
import { type DeviceBuffer, type EmbedArgs, paddedCols, rowBytes, type Weight } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { rowSlices } from "../buffers.ts";
import { PACKED8_BYTES } from "./product.ts";

export function embedOp(binder: Binder, name: string, args: EmbedArgs): GpuOp {
  const { out, table, tokenIds, sampledIds, learned } = args;
  const dispatches = lookUp(binder, name, out, table, { ids: tokenIds, sampled: sampledIds }, 0, false);
  if (learned) {
    const ids = { ids: learned.positions, sampled: undefined };
    dispatches.push(...lookUp(binder, name, out, learned.table, ids, learned.offset, true));
  }
  return { name, dispatches };
}

function lookUp(
  binder: Binder,
  name: string,
  out: DeviceBuffer,
  table: Weight,
  ids: { readonly ids: DeviceBuffer; readonly sampled: DeviceBuffer | undefined },
  offset: number,
  add: boolean,
): Dispatch[] {
  const width4 = table.cols / 4;
  const stride = rowBytes(table) / PACKED8_BYTES[table.dtype];
  const scales = paddedCols(table.cols) / 8;
  const shader = binder.shader(embed, { weight: table.dtype });
  return rowSlices(table, binder.limits).map(({ first, count, base, binding }) => ({
    shader,
    group: binder.group(
      name,
      embed,
      { width4, stride, scales, offset, first, count, base, add: Number(add) },
      { ...ids, table: binding, out },
    ),
    grid: ({ rows }) => [Math.ceil(width4 / 128), rows, 1],
  }));
}
