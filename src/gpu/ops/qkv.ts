import { qkv } from "../../../kernels/qkv.ts";
import { type QkvArgs, rowBytes } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";
import { rowSlices } from "../buffers.ts";
import { linearOp } from "./linear.ts";
import { type Lanes, productGrid, productParams, productTuning } from "./product.ts";
import { ropeOp } from "./rope.ts";

/** Storage buffers of the fused kernel. */
const STORAGE_BUFFERS = Object.keys(qkv.buffers).length;

/** One dispatch where the adapter binds the weight whole and enough buffers at once, else a product and then a rotation. */
export function qkvOp(binder: Binder, name: string, args: QkvArgs, lanes: Lanes): GpuOp {
  const { x, qkv: out, weight, bias } = args;
  const { maxBytes, maxStorageBuffers } = binder.limits;
  if (weight.rows * rowBytes(weight) <= maxBytes && STORAGE_BUFFERS <= maxStorageBuffers)
    return fused(binder, name, args, lanes);
  const product = {
    out,
    x,
    weight,
    ...(bias && { bias }),
    activation: "none",
    write: "store",
    rows: "tokens",
  } as const;
  const dispatches = [...linearOp(binder, name, product, lanes).dispatches, ...ropeOp(binder, name, args).dispatches];
  return { name, dispatches };
}

function fused(binder: Binder, name: string, args: QkvArgs, lanes: Lanes): GpuOp {
  const { x, weight, bias, q, keys, values, kv, heads, positions, slots, rotation } = args;
  const params = {
    ...productParams(weight),
    count: weight.rows,
    heads,
    kv_heads: kv.kvHeads,
    head_dim: kv.headDim,
    rotate: Number(rotation !== undefined),
    has_bias: Number(bias !== undefined),
  };
  const [slice] = rowSlices(weight, binder.limits);
  const buffers = { x, weight: slice!.binding, bias, positions, slots, rotation, q, keys, values };
  const group = binder.group(name, qkv, params, buffers);
  const { shapes, choose } = productTuning(lanes);
  const dispatches = shapes.map((shape) => ({
    shader: binder.shader(qkv, { packed: kv.dtype, product: { shape, weight: weight.dtype } }),
    group,
    grid: ({ rows }: { rows: number }) => productGrid(shape, weight, weight.rows, choose(rows) === shape ? rows : 0),
  }));
  return { name, dispatches };
}
