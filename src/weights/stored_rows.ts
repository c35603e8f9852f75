import { type FloatDtype, type QuantizedDtype, rowBytes } from "../contracts/device.ts";
import { convert } from "./dtype.ts";
import { quantizeRows } from "./quantize.ts";

/** Whole rows of a matrix as they are stored, and what they are to become. */
export interface StoredRows {
  /** Begins with them. Not a view of it: Deno sends a thread views byte by byte. */
  readonly buffer: ArrayBuffer;
  readonly rows: number;
  readonly cols: number;
  readonly stored: FloatDtype;
  readonly dtype: QuantizedDtype;
}

/** Elements that are f32 at a time, in whole rows: few enough to stay in a processor's cache. */
const WIDENED = 64 * 1024;

export function storedRowBytes(stored: FloatDtype, cols: number): number {
  return cols * (stored === "f32" ? 4 : 2);
}

/** Throws as quantizeRows does. */
export function quantizeStored({ buffer, rows, cols, stored, dtype }: StoredRows): Uint8Array<ArrayBuffer> {
  const storedBytes = storedRowBytes(stored, cols);
  const bytes = new Uint8Array(buffer, 0, rows * storedBytes);
  const step = Math.max(1, Math.floor(WIDENED / cols));
  const quantizedBytes = rowBytes({ dtype, cols });
  const out = new Uint8Array(rows * quantizedBytes);
  for (let row = 0; row < rows; row += step) {
    const widened = convert(bytes.subarray(row * storedBytes, (row + step) * storedBytes), stored, "f32");
    const values = new Float32Array(widened.buffer, widened.byteOffset, widened.byteLength / 4);
    out.set(quantizeRows(values, cols, dtype), row * quantizedBytes);
  }
  return out;
}
