import { CHUNK, type QuantizedDtype } from "../contracts/device.ts";
import { f16ToF32, f32ToF16 } from "./dtype.ts";

/**
 * Weights in 8 or 4 bits. The elements of a chunk share a scale, so that a product scales the chunk's sum, and once. A
 * quantised row is its quants, the last chunk filled up with zeros, then one f16 scale a chunk, filled up to a multiple
 * of 8 bytes:
 *
 * - int8: a signed byte an element; value = quant * scale, |quant| <= 127.
 * - int4: a nibble an element, the lower one of a byte first; value = (quant - 8) * scale.
 */

/** The largest magnitude that the largest finite f16 scale reaches. */
export const LARGEST: Readonly<Record<QuantizedDtype, number>> = { int8: 127 * 65504, int4: 8 * 65504 };

/** Smallest scale above zero, 2 ** -24: what is smaller than its half becomes zero. */
const SMALLEST_SCALE = 1;

/**
 * For int4, the scales to choose from, by what they make of the chunk's largest element: -8 meets it exactly; -8.5 cuts
 * it, and meets the rest of the chunk better.
 */
const PEAKS = [-8, -8.5] as const;

/** Added and taken away again, leaves a number of moderate size rounded to the nearest integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

/**
 * Writes a row of weights to `out`, of `rowBytes`. Throws RangeError where an element is NaN, infinite or
 * beyond LARGEST.
 */
export function quantizeRow(row: Float32Array, dtype: QuantizedDtype, out: Uint8Array): void {
  const chunks = Math.ceil(row.length / CHUNK);
  const quantBytes = dtype === "int8" ? CHUNK : CHUNK / 2;
  const quantizeChunk = dtype === "int8" ? quantizeInt8 : quantizeInt4;
  const scales = chunks * quantBytes;
  out.fill(0, scales);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const begin = chunk * CHUNK;
    const scale = quantizeChunk(row, begin, Math.min(begin + CHUNK, row.length), out, chunk * quantBytes);
    out[scales + 2 * chunk] = scale;
    out[scales + 2 * chunk + 1] = scale >> 8;
  }
}

/** The element of largest magnitude; 0 where all are 0. */
function peakOf(row: Float32Array, begin: number, end: number, largest: number): number {
  let peak = 0;
  let size = 0;
  for (let i = begin; i < end; i++) {
    const value = row[i]!;
    const magnitude = Math.abs(value);
    // Not >, which would let NaN pass.
    if (!(magnitude <= largest)) throw new RangeError(`expected a number up to ${largest}: received ${value}`);
    if (magnitude > size) {
      size = magnitude;
      peak = value;
    }
  }
  return peak;
}

/** Writes the quants of row[begin, end) at `at` and returns the bits of their scale. */
function quantizeInt8(row: Float32Array, begin: number, end: number, out: Uint8Array, at: number): number {
  const peak = peakOf(row, begin, end, LARGEST.int8);
  let bits = peak === 0 ? 0 : scaleBits(Math.abs(peak) / 127);
  // The smallest scales are few: one of them may be so far below that the peak would be cut.
  if (Math.abs(peak) > 127.5 * scaleOf(bits)) bits++;
  const inverse = peak === 0 ? 0 : 1 / scaleOf(bits);
  out.fill(0, at, at + CHUNK);
  for (let i = begin; i < end; i++) out[at++] = row[i]! * inverse + ROUNDER - ROUNDER;
  return bits;
}

/** As quantizeInt8. */
function quantizeInt4(row: Float32Array, begin: number, end: number, out: Uint8Array, at: number): number {
  const peak = peakOf(row, begin, end, LARGEST.int4);
  const bits = peak === 0 ? 0 : bestInt4Scale(row, begin, end, peak);
  const inverse = peak === 0 ? 0 : 1 / scaleOf(bits);
  for (let i = begin; i < begin + CHUNK; i += 2) {
    const low = i < end ? int4Quant(row[i]! * inverse) : 0;
    const high = i + 1 < end ? int4Quant(row[i + 1]! * inverse) : 0;
    out[at++] = (low + 8) | ((high + 8) << 4);
  }
  return bits;
}

function int4Quant(scaled: number): number {
  const quant = scaled + ROUNDER - ROUNDER;
  // Faster than Math.min and Math.max, which look for NaN and -0.
  if (quant > 7) return 7;
  if (quant < -8) return -8;
  return quant;
}

/** Bits of the scale that leaves the least squared error; the first of equals. */
function bestInt4Scale(row: Float32Array, begin: number, end: number, peak: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const place of PEAKS) {
    const bits = scaleBits(peak / place);
    const scale = scaleOf(bits);
    const inverse = 1 / scale;
    let error = 0;
    for (let i = begin; i < end; i++) {
      const rest = row[i]! - int4Quant(row[i]! * inverse) * scale;
      error += rest * rest;
    }
    if (error < least) {
      least = error;
      best = bits;
    }
  }
  return best;
}

const float = new Float32Array(1);
const pattern = new Uint32Array(float.buffer);

/** The f16 nearest to a scale that is not 0, but never 0. */
function scaleBits(scale: number): number {
  float[0] = scale;
  const bits = f32ToF16(pattern[0]!);
  return (bits & 0x7fff) === 0 ? bits | SMALLEST_SCALE : bits;
}

function scaleOf(bits: number): number {
  pattern[0] = f16ToF32(bits);
  return float[0]!;
}
