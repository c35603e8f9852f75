/**
 * Which kernel computes a matrix product of `rows` rows. All give the same bits (kernels/lib/product.wgsl), so the
 * choice is only about speed.
 */
export type LinearShape = "chunks" | 1 | 4 | 8;

/** Shapes an adapter may use, for compiling them ahead. */
export function linearShapes(isCpu: boolean): readonly LinearShape[] {
  return isCpu ? [1, 4] : ["chunks", 4, 8];
}

/**
 * On a GPU one or two rows leave too few lanes for a lane a column: there each chunk of a column gets its own. On a CPU
 * lanes are SIMD lanes, and a column each is best (measured on lavapipe, 768 x 3072: four rows at a time take half the
 * time a row of one, eight take no less than four and twice as long to compile).
 */
export function linearShape(rows: number, isCpu: boolean): LinearShape {
  if (isCpu) return rows === 1 ? 1 : 4;
  if (rows <= 2) return "chunks";
  return rows <= 4 ? 4 : 8;
}

/** Columns one workgroup of a chunks kernel computes, at most 8, such that their chunk sums fit `sums` words. */
export function chunkTile(inputs: number, sums: number, name: string): number {
  const tile = Math.min(8, Math.floor(sums / Math.ceil(inputs / 64)));
  if (tile < 1)
    throw new Error(`Cannot bind ${name}: a row of x has at most ${sums * 64} elements: received ${inputs}`);
  return tile;
}
