import type { Weight } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { BF16_VALUES, F16_VALUES } from "./half.ts";
import { quantizedRows } from "./quantized_rows.ts";
import { floatRows, type Rows, tableRows } from "./rows.ts";

/** A weight's elements, row-major. */
export function weightRows(weight: Weight): Rows {
  const data = memory(weight.buffer);
  switch (weight.dtype) {
    case "f32":
      return floatRows(data);
    case "f16":
      return tableRows(data, F16_VALUES);
    case "bf16":
      return tableRows(data, BF16_VALUES);
    default:
      return quantizedRows(weight);
  }
}
