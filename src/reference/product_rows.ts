import type { Weight } from "../contracts/device.ts";
import { F16_VALUES, numberToF16 } from "./half.ts";
import type { Rows } from "./rows.ts";
import { weightRows } from "./weight_rows.ts";

/** What both sides of a matrix product are rounded to before they are multiplied. */
export type ProductPrecision = "f32" | "f16";

/** A weight's rows as a matrix product takes them. */
export function productRows(weight: Weight, products: ProductPrecision): Pick<Rows, "dot"> {
  const rows = weightRows(weight);
  return products === "f32" ? rows : halfRows(rows, weight.cols);
}

/** Both sides in f16, as matrix units take them (kernels/lib/product_matrix.wgsl). */
function halfRows(rows: Rows, cols: number): Pick<Rows, "dot"> {
  const row = new Float32Array(cols);
  return {
    dot(x, from, at, count) {
      rows.addTo(row.fill(0), 0, 1, at, count);
      let sum = 0;
      for (let i = 0; i < count; i++) sum += half(x[from + i]!) * half(row[i]!);
      return sum;
    },
  };
}

const LARGEST = 65504;

function half(value: number): number {
  return F16_VALUES[numberToF16(Math.max(-LARGEST, Math.min(LARGEST, value)))]!;
}
