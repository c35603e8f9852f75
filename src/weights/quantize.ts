import { CHUNK, type QuantizedDtype, rowBytes } from "../contracts/device.ts";
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

/** For int4, the scales to choose from, by what they make of the chunk's largest element: this one meets it. */
const EXACT = -8;
/** This one cuts it, and meets the rest of the chunk better. */
const CUT = -8.5;

/** Added and taken away again, leaves a number of moderate size rounded to the nearest integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

/**
 * Quantises rows of `cols` weights, one after the other. Throws RangeError where an element is NaN, infinite or beyond
 * LARGEST.
 */
export function quantizeRows(values: Float32Array, cols: number, dtype: QuantizedDtype): Uint8Array<ArrayBuffer> {
  const patterns = new Int32Array(values.buffer, values.byteOffset, values.length);
  const chunks = Math.ceil(cols / CHUNK);
  const quantBytes = dtype === "int8" ? CHUNK : CHUNK / 2;
  const quantizeChunk = dtype === "int8" ? quantizeInt8 : quantizeInt4;
  const bytes = rowBytes({ dtype, cols });
  const rows = values.length / cols;
  const out = new Uint8Array(rows * bytes);
  for (let row = 0; row < rows; row++) {
    let quants = row * bytes;
    let scales = quants + chunks * quantBytes;
    const rowEnd = (row + 1) * cols;
    for (let begin = row * cols; begin < rowEnd; begin += CHUNK) {
      const scale = quantizeChunk(values, patterns, begin, Math.min(begin + CHUNK, rowEnd), out, quants);
      quants += quantBytes;
      out[scales++] = scale;
      out[scales++] = scale >> 8;
    }
  }
  return out;
}

/** Writes the quants of values [begin, end) at `at`, where all is 0, and returns the bits of their scale. */
function quantizeInt8(
  values: Float32Array,
  patterns: Int32Array,
  begin: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  // Without its sign, a float's pattern grows with it, and a maximum of integers takes no branch. NaN is beyond infinity.
  let largest = 0;
  for (let i = begin; i < end; i++) largest = Math.max(largest, patterns[i]! & 0x7fffffff);
  if (largest === 0) return 0;
  const peak = floatOf(largest);
  if (!(peak <= LARGEST.int8)) refuse(values, begin, LARGEST.int8);
  let bits = scaleBits(peak / 127);
  // The smallest scales are few: one of them may be so far below that the peak would be cut.
  if (peak > 127.5 * scaleOf(bits)) bits++;
  const inverse = 1 / scaleOf(bits);
  for (let i = begin; i < end; i++) out[at++] = values[i]! * inverse + ROUNDER - ROUNDER;
  return bits;
}

/** As quantizeInt8. */
function quantizeInt4(
  values: Float32Array,
  patterns: Int32Array,
  begin: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  const peak = signedPeak(values, patterns, begin, end);
  const bits = peak === 0 ? 0 : bestInt4Scale(values, begin, end, peak);
  const inverse = peak === 0 ? 0 : 1 / scaleOf(bits);
  for (let i = begin; i < begin + CHUNK; i += 2) {
    const low = i < end ? int4Quant(values[i]! * inverse) : 0;
    const high = i + 1 < end ? int4Quant(values[i + 1]! * inverse) : 0;
    out[at++] = (low + 8) | ((high + 8) << 4);
  }
  return bits;
}

/** The element of largest magnitude, the first of equals; 0 where all are 0. */
function signedPeak(values: Float32Array, patterns: Int32Array, begin: number, end: number): number {
  let positive = 0;
  let negative = 0;
  for (let i = begin; i < end; i++) {
    const pattern = patterns[i]!;
    positive = Math.max(positive, pattern);
    // Below zero for what is positive.
    negative = Math.max(negative, pattern ^ 0x80000000);
  }
  const peak = floatOf(Math.max(positive, negative));
  if (!(peak <= LARGEST.int4)) refuse(values, begin, LARGEST.int4);
  if (positive === negative) for (let i = begin; i < end; i++) if (Math.abs(values[i]!) === peak) return values[i]!;
  return negative > positive ? -peak : peak;
}

/** Throws for the first of the values that is beyond `largest` or no number. */
function refuse(values: Float32Array, begin: number, largest: number): never {
  let at = begin;
  while (Math.abs(values[at]!) <= largest) at++;
  throw new RangeError(`expected a number up to ${largest}: received ${values[at]}`);
}

function int4Quant(scaled: number): number {
  const quant = scaled + ROUNDER - ROUNDER;
  // Faster than Math.min and Math.max, which look for NaN and -0.
  if (quant > 7) return 7;
  if (quant < -8) return -8;
  return quant;
}

/** Bits of the scale that leaves the least squared error; the first of equals. */
function bestInt4Scale(values: Float32Array, begin: number, end: number, peak: number): number {
  const exact = scaleBits(peak / EXACT);
  const cut = scaleBits(peak / CUT);
  const exactScale = scaleOf(exact);
  const cutScale = scaleOf(cut);
  const exactInverse = 1 / exactScale;
  const cutInverse = 1 / cutScale;
  let exactError = 0;
  let cutError = 0;
  // Two sums in one loop, since each addition waits for the one before.
  for (let i = begin; i < end; i++) {
    const value = values[i]!;
    const exactRest = value - int4Quant(value * exactInverse) * exactScale;
    const cutRest = value - int4Quant(value * cutInverse) * cutScale;
    exactError += exactRest * exactRest;
    cutError += cutRest * cutRest;
  }
  return cutError < exactError ? cut : exact;
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
  return floatOf(f16ToF32(bits));
}

function floatOf(bits: number): number {
  pattern[0] = bits;
  return float[0]!;
}
