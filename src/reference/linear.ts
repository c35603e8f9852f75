import { type GatedLinearArgs, type LinearArgs, paddedCols } from "../contracts/device.ts";
import { ACTIVATIONS } from "./activation.ts";
import { memory } from "./buffer.ts";
import { normOp } from "./norm.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";
import { type ProductPrecision, productRows } from "./product_rows.ts";

/** The norm that goes before a product, if there is one. */
function inputNorm(name: string, { x, norm, weight }: Pick<LinearArgs, "x" | "norm" | "weight">) {
  if (!norm) return null;
  return { out: norm.out, compute: normOp(name, { ...norm, x, width: weight.cols }).compute };
}

export function linearOp(name: string, args: LinearArgs, products: ProductPrecision): ReferenceOp {
  const { rows: outputs, cols: inputs } = args.weight;
  const stride = paddedCols(inputs);
  const out = memory(args.out).f32;
  const normed = inputNorm(name, args);
  const x = memory(normed ? normed.out : args.x).f32;
  const product = productRows(args.weight, products);
  const bias = args.bias && memory(args.bias).f32;
  const activate = ACTIVATIONS[args.activation];
  const add = args.write === "add";
  return referenceOp(name, (step) => {
    normed?.compute(step);
    const rows = step[args.rows === "samples" ? "samples" : "rows"];
    for (let r = 0; r < rows; r++) {
      const dot = product(x, r * inputs);
      for (let column = 0; column < outputs; column++) {
        const sum = dot(column * stride) + (bias ? bias[column]! : 0);
        const at = r * outputs + column;
        out[at] = activate(sum) + (add ? out[at]! : 0);
      }
    }
  });
}

export function gatedLinearOp(name: string, args: GatedLinearArgs, products: ProductPrecision): ReferenceOp {
  const inputs = args.weight.cols;
  const stride = paddedCols(inputs);
  const inner = args.weight.rows / 2;
  const out = memory(args.out).f32;
  const normed = inputNorm(name, args);
  const x = memory(normed ? normed.out : args.x).f32;
  const product = productRows(args.weight, products);
  const bias = args.bias && memory(args.bias).f32;
  const activate = ACTIVATIONS[args.activation];
  return referenceOp(name, (step) => {
    normed?.compute(step);
    for (let r = 0; r < step.rows; r++) {
      const dot = product(x, r * inputs);
      for (let column = 0; column < inner; column++) {
        const gate = dot(column * stride) + (bias ? bias[column]! : 0);
        const up = dot((inner + column) * stride) + (bias ? bias[inner + column]! : 0);
        out[r * inner + column] = activate(gate) * up;
      }
    }
  });
}
