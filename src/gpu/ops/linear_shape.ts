/**
 * Which kernel computes a matrix product of some rows. All give the same bits (kernels/lib/product.wgsl), so the choice
 * is only about speed.
 */
export type LinearShape =
  /** One row; a lane is a chunk of K. */
  | "chunks"
  /** A lane is a tile of rows and columns. */
  | RowsShape;

export interface RowsShape {
  readonly rows: number;
  /** Columns of a plain product; a gated one, which has two weights, takes half. */
  readonly columns: number;
  /** Lanes of a workgroup. */
  readonly lanes: number;
}

interface Tuning {
  readonly shapes: readonly LinearShape[];
  choose(rows: number): LinearShape;
}

const GPU_FEW: RowsShape = { rows: 4, columns: 1, lanes: 64 };
const GPU_MANY: RowsShape = { rows: 8, columns: 1, lanes: 64 };
const CPU_ONE: RowsShape = { rows: 1, columns: 2, lanes: 32 };
const CPU_MANY: RowsShape = { rows: 4, columns: 4, lanes: 16 };

/** One or two rows leave too few lanes for a lane a column: each chunk of a column gets its own. */
const GPU: Tuning = {
  shapes: ["chunks", GPU_FEW, GPU_MANY],
  choose: (rows) => (rows <= 2 ? "chunks" : rows <= 4 ? GPU_FEW : GPU_MANY),
};

/**
 * On a CPU lanes are SIMD lanes and every load is a loop over them, so what counts is how often a loaded value is used
 * (measured on lavapipe, 104 rows of 192 x 768: tiles of 4 x 4 take 0.6 of the time of 4 x 1, in f32 and in bf16).
 */
const CPU: Tuning = {
  shapes: [CPU_ONE, CPU_MANY],
  choose: (rows) => (rows === 1 ? CPU_ONE : CPU_MANY),
};

export function linearTuning(isCpu: boolean): Tuning {
  return isCpu ? CPU : GPU;
}

/** Columns one workgroup of a chunks kernel computes, at most 8, such that their chunk sums fit `sums` words. */
export function chunkTile(inputs: number, sums: number, name: string): number {
  const tile = Math.min(8, Math.floor(sums / Math.ceil(inputs / 64)));
  if (tile < 1)
    throw new Error(`Cannot bind ${name}: a row of x has at most ${sums * 64} elements: received ${inputs}`);
  return tile;
}
