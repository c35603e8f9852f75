/** Counter-based noise, bit for bit that of kernels/lib/noise.wgsl. */

/** pcg4d's first word (Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020). */
export function pcg4d(a: number, b: number, c: number, d: number): number {
  let x = (Math.imul(a, 1664525) + 1013904223) | 0;
  let y = (Math.imul(b, 1664525) + 1013904223) | 0;
  let z = (Math.imul(c, 1664525) + 1013904223) | 0;
  let w = (Math.imul(d, 1664525) + 1013904223) | 0;
  x = (x + Math.imul(y, w)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  w = (w + Math.imul(y, z)) | 0;
  y ^= y >>> 16;
  w ^= w >>> 16;
  x ^= x >>> 16;
  return (x + Math.imul(y, w)) >>> 0;
}

/** A uniform number in [2^-32, 1): 32 bits deep where it is small, 24 bits where it is not, exact in f32. */
export function uniformOf(bits: number): number {
  return bits < 0x1000000 ? Math.max(bits, 1) * 2 ** -32 : (bits >>> 8) * 2 ** -24;
}

/** An exponentially distributed number. */
export function exponential(u: number): number {
  return -Math.log1p(-u);
}
