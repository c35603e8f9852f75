import { qkv } from "../../../kernels/qkv.ts";
import { type QkvArgs, rowBytes } from "../../contracts/device.ts";
import type { Binder, Dispatch, GpuOp } from "../binder.ts";
import { rowSlices } from "../buffers.ts";
import { normedProduct, type ProductInput, productOf } from "./input_norm.ts";
import { linearOp } from "./linear.ts";
import { type ProductTuning, productGrid, productParams } from "./product.ts";
import { ropeOp } from "./rope.ts";

/** Storage buffers of the fused kernel. */
const STORAGE_BUFFERS = Object.keys(qkv.buffers).length;

/**
 * One dispatch where the adapter binds the weight whole and enough buffers at once and the cache holds floats, else a
 * product and then a rotation.
 */
export function qkvOp(binder: Binder, name: string, args: QkvArgs, tuning: ProductTuning): GpuOp {
  const { x, norm, qkv: out, weight, bias } = args;
  const { maxBytes, maxStorageBuffers } = binder.limits;
  // The scale of an int8 vector needs all of its head, of which no lane of a product has all.
  const fuses = args.kv.dtype !== "int8" && STORAGE_BUFFERS <= maxStorageBuffers;
  if (fuses && weight.rows * rowBytes(weight) <= maxBytes) {
    const bind = (input: ProductInput) => fused(binder, name, args, input, tuning);
    return { name, dispatches: normedProduct(binder, name, args, tuning, bind) };
  }
  const optional = { ...(norm && { norm }), ...(bias && { bias }) };
  const product = { out, x, weight, ...optional, activation: "none", write: "store", rows: "tokens" } as const;
  const dispatches = [...linearOp(binder, name, product, tuning).dispatches, ...ropeOp(binder, name, args).dispatches];
  return { name, dispatches };
}

function fused(
  binder: Binder,
  name: string,
  args: QkvArgs,
  input: ProductInput,
  { choose }: ProductTuning,
): Dispatch[] {
  const { weight, bias, q, keys, values, kv, heads, positions, slots, rotation } = args;
  const { x, norm, shapes } = input;
  const params = {
    ...productParams(weight),
    count: weight.rows,
    heads,
    kv_heads: kv.kvHeads,
    head_dim: kv.headDim,
    rotate: Number(rotation !== undefined),
    has_bias: Number(bias !== undefined),
    epsilon: norm?.epsilon ?? 0,
  };
  const [slice] = rowSlices(weight, binder.limits);
  const inputs = { x, weight: slice!.binding, bias, norm_weight: norm?.weight, positions, slots, rotation };
  const group = binder.group(name, qkv, params, { ...inputs, q, keys, values });
  return shapes.map((shape) => ({
    shader: binder.shader(qkv, { packed: kv.dtype, product: productOf(shape, weight, input) }),
    group,
    grid: ({ rows }) => productGrid(shape, weight, weight.rows, choose(rows) === shape ? rows : 0),
  }));
}
