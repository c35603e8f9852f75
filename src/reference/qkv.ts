import type { QkvArgs } from "../contracts/device.ts";
import { linearOp } from "./linear.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";
import type { ProductPrecision } from "./product_rows.ts";
import { ropeOp } from "./rope.ts";

export function qkvOp(name: string, args: QkvArgs, products: ProductPrecision): ReferenceOp {
  const { qkv: out, x, norm, weight, bias } = args;
  const optional = { ...(norm && { norm }), ...(bias && { bias }) };
  const product = { out, x, weight, ...optional, activation: "none", write: "store", rows: "tokens" } as const;
  const parts = [linearOp(name, product, products), ropeOp(name, args)];
  return referenceOp(name, (step) => {
    for (const { compute } of parts) compute(step);
  });
}
