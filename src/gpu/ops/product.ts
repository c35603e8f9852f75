import type { ProductShape } from "../../../kernels/lib/products.ts";
import { CHUNK, paddedCols, rowBytes, type Weight, type WeightDtype } from "../../contracts/device.ts";
import type { Grid } from "../binder.ts";

/**
 * Which shape of matrix product computes some rows. All give the same bits (kernels/lib/chunk.wgsl), so the choice is
 * only about speed.
 */
export interface ProductTuning {
  readonly shapes: readonly ProductShape[];
  choose(rows: number): ProductShape;
}

/** What an adapter's lanes are: those of a GPU, or SIMD lanes of a CPU that can broadcast within eight, or within four. */
export type Lanes = "gpu" | "simd8" | "simd4";

const ONE: ProductShape = { kind: "chunks", rows: 1 };
const FEW: ProductShape = { kind: "chunks", rows: 4 };
const SMALL_TILE: ProductShape = { kind: "tile", rows: 4 };
const LARGE_TILE: ProductShape = { kind: "tile", rows: 8 };

const GPU: ProductTuning = {
  shapes: [ONE, FEW, SMALL_TILE, LARGE_TILE],
  choose: (rows) => (rows === 1 ? ONE : rows <= 8 ? FEW : rows <= 64 ? SMALL_TILE : LARGE_TILE),
};

/** Measured on lavapipe: 4 x 4 a lane is as fast as 8 x 4, and 1.8 times as fast as 2 x 4; larger tiles leave the registers. */
function simd(kind: "lanes8" | "lanes4"): ProductTuning {
  const one = { kind, rows: 1 };
  const many = { kind, rows: 4 };
  return { shapes: [one, many], choose: (rows) => (rows === 1 ? one : many) };
}

const TUNING: Readonly<Record<Lanes, ProductTuning>> = { gpu: GPU, simd8: simd("lanes8"), simd4: simd("lanes4") };

export function productTuning(lanes: Lanes): ProductTuning {
  return TUNING[lanes];
}

/** Lanes of the chunks shape's workgroup. */
const CHUNK_LANES = 64;

/** Bytes of eight elements in a row, its scales left out. */
export const PACKED8_BYTES: Readonly<Record<WeightDtype, number>> = { f32: 32, f16: 16, bf16: 16, int8: 8, int4: 4 };

/** What every product's params begin with. */
export function productParams(weight: Weight) {
  const chunks = paddedCols(weight.cols) / CHUNK;
  return {
    inputs: weight.cols,
    chunks,
    stride: rowBytes(weight) / PACKED8_BYTES[weight.dtype],
    span: Math.min(CHUNK_LANES, chunks),
  };
}

/** Workgroups of a shape for `rows` rows and `count` columns of a weight. */
export function productGrid({ kind, rows: tile }: ProductShape, { cols }: Weight, count: number, rows: number): Grid {
  switch (kind) {
    case "lanes8":
    case "lanes4":
      return [Math.ceil(count / 64), Math.ceil(rows / tile), 1];
    case "chunks": {
      const quads = Math.floor(CHUNK_LANES / Math.min(CHUNK_LANES, paddedCols(cols) / 32));
      return [Math.ceil(count / (4 * quads)), Math.ceil(rows / tile), 1];
    }
    case "tile":
      return [Math.ceil(count / 32), Math.ceil(rows / (8 * tile)), 1];
  }
}
