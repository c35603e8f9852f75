import { embed } from "../../../kernels/embed.ts";
import type { DeviceBuffer, EmbedArgs, Weight } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { rowSlices } from "../buffers.ts";

export function embedOp(binder: Binder, name: string, args: EmbedArgs): GpuOp {
  const { out, table, tokenIds, learned } = args;
  const dispatches = lookUp(binder, name, out, table, tokenIds, 0, false);
  if (learned) {
    dispatches.push(...lookUp(binder, name, out, learned.table, learned.positions, learned.offset, true));
  }
  return { name, dispatches };
}

function lookUp(
  binder: Binder,
  name: string,
  out: DeviceBuffer,
  table: Weight,
  ids: DeviceBuffer,
  offset: number,
  add: boolean,
): Dispatch[] {
  const width4 = table.cols / 4;
  const shader = binder.shader(embed, { packed: table.dtype });
  return rowSlices(table, binder.limits).map(({ first, count, base, binding }) => ({
    shader,
    group: binder.group(
      name,
      embed,
      { width4, offset, first, count, base, add: Number(add) },
      { ids, table: binding, out },
    ),
    grid: ({ rows }) => [Math.ceil(width4 / 64), rows, 1],
  }));
}
