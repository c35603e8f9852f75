import type { Weight } from "../contracts/device.ts";
import { F16_VALUES, numberToF16 } from "./half.ts";
import { roundedProducts } from "./rounded_rows.ts";
import type { ProductRows, Rows } from "./rows.ts";
import { weightRows } from "./weight_rows.ts";

/** What both sides of a matrix product are rounded to before they are multiplied. */
export type ProductPrecision = "f32" | "f16";

/** A weight's rows as a matrix product takes them. */
export function productRows(weight: Weight, products: ProductPrecision): ProductRows {
  if (weight.roundsInput) return roundedProducts(weight);
  const rows = weightRows(weight);
  if (products === "f16") return halfProducts(rows, weight.cols);
  return (x, from) => (at) => rows.dot(x, from, at, weight.cols);
}

/** Both sides in f16, as matrix units take them (kernels/lib/product_matrix.wgsl). */
function halfProducts(rows: Rows, cols: number): ProductRows {
  const row = new Float32Array(cols);
  return (x, from) => (at) => {
    rows.addTo(row.fill(0), 0, 1, at, cols);
    let sum = 0;
    for (let i = 0; i < cols; i++) sum += half(x[from + i]!) * half(row[i]!);
    return sum;
  };
}

const LARGEST = 65504;

function half(value: number): number {
  return F16_VALUES[numberToF16(Math.max(-LARGEST, Math.min(LARGEST, value)))]!;
}
