/** The two 16-bit float formats, exactly. */

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The value of an IEEE half's bits. */
export function f16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of a bfloat16's bits, the upper half of an f32. */
export function bf16ToNumber(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}

/** The bits of the half nearest to `value`, ties to even; beyond 65520: infinity. */
export function numberToF16(value: number): number {
  float[0] = value;
  const sign = (word[0]! >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Spacing of halves around `size`: 2^-24 below 2^-14, and 2^-10 of the leading power of two above.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // With the implied bit inside `steps`, adding carries into the exponent as it should.
  return sign | (((exponent + 14) << 10) + steps);
}

/** The bits of the bfloat16 nearest to `value`, ties to even. */
export function numberToBf16(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Values of all 65,536 bit patterns. */
export const F16_VALUES = Float32Array.from({ length: 65536 }, (_, bits) => f16ToNumber(bits));
export const BF16_VALUES = Float32Array.from({ length: 65536 }, (_, bits) => bf16ToNumber(bits));
