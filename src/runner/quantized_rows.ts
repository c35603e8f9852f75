import { type QuantizedDtype, rowBytes } from "../contracts/device.ts";
import { CheckpointError } from "../contracts/weights.ts";
import { quantizeRow } from "../weights/quantize.ts";

/** Quantises the rows of a stream of f32. */
export class QuantizedRows {
  readonly #dtype: QuantizedDtype;
  readonly #tensor: string;
  /** The row at work, of which the first `#filled` elements have come. */
  readonly #row: Float32Array;
  #filled = 0;

  /** `tensor` is its name, for errors. */
  constructor(cols: number, dtype: QuantizedDtype, tensor: string) {
    this.#row = new Float32Array(cols);
    this.#dtype = dtype;
    this.#tensor = tensor;
  }

  /** The rows that are whole with `values`. Throws CheckpointError naming the tensor where a row cannot be quantised. */
  push(values: Float32Array): Uint8Array {
    const cols = this.#row.length;
    const bytes = rowBytes({ dtype: this.#dtype, cols });
    const out = new Uint8Array(Math.floor((this.#filled + values.length) / cols) * bytes);
    let written = 0;
    for (let taken = 0; taken < values.length; ) {
      const piece = values.subarray(taken, taken + cols - this.#filled);
      this.#row.set(piece, this.#filled);
      this.#filled += piece.length;
      taken += piece.length;
      if (this.#filled < cols) break;
      this.#quantize(out.subarray(written, written + bytes));
      written += bytes;
      this.#filled = 0;
    }
    return out;
  }

  #quantize(out: Uint8Array): void {
    try {
      quantizeRow(this.#row, this.#dtype, out);
    } catch (error) {
      throw new CheckpointError(`Cannot quantise tensor "${this.#tensor}": ${(error as Error).message}`);
    }
  }
}
