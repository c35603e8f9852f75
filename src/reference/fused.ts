const word = new BigUint64Array(1);
const double = new Float64Array(word.buffer);

/** a * b + c of three f32 in f32, rounded once, as fma does; in WGSL's explicit fma, too. */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b; // Exact: 48 bits of 53.
  const sum = product + c;
  // What the sum has lost (Knuth's two-sum).
  const part = sum - product;
  const lost = product - (sum - part) + (c - part);
  if (lost === 0 || !Number.isFinite(sum)) return Math.fround(sum);
  // Rounded to odd: a second rounding, to f32, then comes out as if it were the only one.
  double[0] = sum;
  if ((word[0]! & 1n) === 0n) word[0]! += lost > 0 === sum > 0 ? 1n : -1n;
  return Math.fround(double[0]!);
}
