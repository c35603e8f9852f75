import { CHUNK, paddedCols, type Weight } from "../contracts/device.ts";
import { fusedMultiplyAdd } from "./fused.ts";
import { quantizedRows } from "./quantized_rows.ts";
import type { ProductRows } from "./rows.ts";

const LEAST = 2 ** -90;
const PART = Math.fround(1 / 127);
/** Added and taken away again, leaves a number of moderate size rounded to the nearest integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** 1 / scale to the bits that the contract fixes. */
function inverseOf(scale: number, fma: typeof fusedMultiplyAdd): number {
  float[0] = scale;
  bits[0] = 0x7ef311c7 - bits[0]!;
  let inverse = float[0]!;
  for (let i = 0; i < 4; i++) {
    inverse = fma(inverse, fma(-scale, inverse, 1), inverse);
  }
  return inverse;
}

/** A row of x rounded as `Weight.roundsInput` says. */
export class RoundedRow {
  /** Integers from -127 to 127, the last chunk filled up with zeros. */
  readonly quants: Float64Array;
  /** One a chunk. */
  readonly scales: Float32Array;

  readonly #fma: typeof fusedMultiplyAdd;

  constructor(cols: number, fma = fusedMultiplyAdd) {
    this.#fma = fma;
    this.quants = new Float64Array(paddedCols(cols));
    this.scales = new Float32Array(paddedCols(cols) / CHUNK);
  }

  /** Takes the row x[from, from + count). */
  round(x: Float32Array, from: number, count: number): void {
    for (let chunk = 0; chunk < this.scales.length; chunk++) {
      const begin = chunk * CHUNK;
      const values = x.subarray(from + begin, from + Math.min(begin + CHUNK, count));
      this.scales[chunk] = roundChunk(values, this.quants.subarray(begin, begin + CHUNK), this.#fma);
    }
  }
}

/** Writes the integers and returns their scale. */
function roundChunk(values: Float32Array, out: Float64Array, fma: typeof fusedMultiplyAdd): number {
  out.fill(0);
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value)); // NaN, if one is.
  if (!Number.isFinite(largest)) return Number.NaN;
  if (largest < LEAST) return 0;
  const scale = Math.fround(largest * PART);
  const inverse = inverseOf(scale, fma);
  for (let i = 0; i < values.length; i++) out[i] = Math.fround(values[i]! * inverse) + ROUNDER - ROUNDER;
  return scale;
}

/** Products of x rounded to int8 with an int8 weight's rows: to the bits of a device whose fma is `fma`. */
export function roundedProducts(weight: Weight, fma = fusedMultiplyAdd): ProductRows {
  const rows = quantizedRows(weight);
  const rounded = new RoundedRow(weight.cols, fma);
  return (x, from) => {
    rounded.round(x, from, weight.cols);
    return (at) => {
      let total = 0;
      for (let chunk = 0; chunk < rounded.scales.length; chunk++) {
        const scale = Math.fround(rounded.scales[chunk]! * rows.chunkOf(at, chunk));
        let sum = 0;
        for (let i = 0; i < CHUNK; i++) sum += rounded.quants[chunk * CHUNK + i]! * rows.quants[i]!;
        total = fma(sum, scale, total);
      }
      return total;
    };
  };
}
