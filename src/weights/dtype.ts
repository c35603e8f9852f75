import type { FloatDtype } from "../contracts/device.ts";

/** Conversions between the element types of weights, on little-endian bytes. */

const DTYPES: ReadonlyMap<string, FloatDtype> = new Map([
  ["F32", "f32"],
  ["F16", "f16"],
  ["BF16", "bf16"],
]);

/** The device's name of a safetensors dtype; undefined where weights of that dtype are not computed with. */
export function weightDtype(dtype: string): FloatDtype | undefined {
  return DTYPES.get(dtype);
}

/**
 * Converts a chunk of whole elements that starts on a multiple of 4 bytes in its buffer. Widening is exact; narrowing
 * rounds to nearest, ties to even, past the largest finite value to infinity. NaN stays NaN. Returns the chunk itself
 * where nothing changes, a new array otherwise.
 */
export function convert(chunk: Uint8Array, from: FloatDtype, to: FloatDtype): Uint8Array {
  if (from === to) return chunk;
  const patterns =
    from === "f32" ? new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.length / 4) : widen(chunk, from);
  if (to === "f32") return new Uint8Array(patterns.buffer, patterns.byteOffset, patterns.byteLength);
  const narrow = to === "f16" ? f32ToF16 : f32ToBf16;
  const out = new Uint16Array(patterns.length);
  for (let i = 0; i < out.length; i++) out[i] = narrow(patterns[i]!);
  return new Uint8Array(out.buffer);
}

function widen(chunk: Uint8Array, from: "f16" | "bf16"): Uint32Array {
  const halves = new Uint16Array(chunk.buffer, chunk.byteOffset, chunk.length / 2);
  const out = new Uint32Array(halves.length);
  if (from === "bf16") for (let i = 0; i < out.length; i++) out[i] = halves[i]! << 16;
  else for (let i = 0; i < out.length; i++) out[i] = f16ToF32(halves[i]!);
  return out;
}

/** The f32 pattern of an f16 pattern. */
export function f16ToF32(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: shift the leading one into the hidden bit.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The bf16 pattern nearest to an f32 pattern. */
function f32ToBf16(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** The f16 pattern nearest to an f32 pattern. */
export function f32ToF16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  // Halfway between the largest f16, 65504, and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  const exponent = (magnitude >>> 23) - 112;
  if (exponent > 0) {
    const rebased = magnitude - (112 << 23);
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  // Subnormal: f16 counts in 2^-24.
  if (exponent < -10) return sign;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const drop = 14 - exponent;
  return sign | ((fraction + (1 << (drop - 1)) - 1 + ((fraction >>> drop) & 1)) >>> drop);
}
