import { ropeQuantize } from "../../../kernels/rope_quantize.ts";
import { ropeWrite } from "../../../kernels/rope_write.ts";
import type { RopeArgs } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

export function ropeOp(binder: Binder, name: string, args: RopeArgs): GpuOp {
  return args.kv.dtype === "int8" ? quantizeOp(binder, name, args) : writeOp(binder, name, args);
}

function writeOp(binder: Binder, name: string, args: RopeArgs): GpuOp {
  const { qkv, q, keys, values, kv, heads, positions, slots, rotation } = args;
  const params = {
    heads,
    kv_heads: kv.kvHeads,
    head_dim: kv.headDim,
    rotate: Number(rotation !== undefined),
  };
  const group = binder.group(name, ropeWrite, params, { qkv, positions, slots, rotation, q, keys, values });
  const groups = Math.ceil(((heads + 2 * kv.kvHeads) * kv.headDim) / 4 / 64);
  const shader = binder.shader(ropeWrite, { packed: kv.dtype });
  return { name, dispatches: [{ shader, group, grid: ({ rows }) => [groups, rows, 1] }] };
}

function quantizeOp(binder: Binder, name: string, args: RopeArgs): GpuOp {
  const { qkv, q, keys, values, kv, heads, positions, slots, rotation } = args;
  const params = {
    heads,
    kv_heads: kv.kvHeads,
    dim4: kv.headDim / 4,
    block_size: kv.blockSize,
    rotate: Number(rotation !== undefined),
  };
  const group = binder.group(name, ropeQuantize, params, { qkv, positions, slots, rotation, q, keys, values });
  const groups = Math.ceil((heads + 2 * kv.kvHeads) / 64);
  const shader = binder.shader(ropeQuantize, { packed: "int8" });
  return { name, dispatches: [{ shader, group, grid: ({ rows }) => [groups, rows, 1] }] };
}
