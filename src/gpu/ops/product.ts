import type { MatrixUnit, MatrixUnits, ProductShape } from "../../../kernels/lib/products.ts";
import { CHUNK, paddedCols, rowBytes, type Weight, type WeightDtype } from "../../contracts/device.ts";
import type { Grid } from "../binder.ts";

/**
 * Which shape of matrix product computes some rows. All of them give the same bits (kernels/lib/chunk.wgsl), so the choice
 * is only about speed. Those of matrix units give other bits, and the same among themselves.
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

/** Few rows want many workgroups that read far ahead, many rows want large tiles: each reads the other's side once. */
function matrixTuning(unit: MatrixUnit): ProductTuning {
  const few = { kind: "matrix", unit, subgroups: [1, 2], results: [1, 1], depth: 4 } as const;
  const more = { kind: "matrix", unit, subgroups: [2, 2], results: [2, 2], depth: 1 } as const;
  const many = { kind: "matrix", unit, subgroups: [2, 2], results: [4, 4], depth: 1 } as const;
  return {
    shapes: [few, more, many],
    choose: (rows) => (rows <= unit.m ? few : rows <= 16 * unit.m ? more : many),
  };
}

/** Of rows rounded to int8, whose bits are the same on units and lanes. */
function roundedMatrixTuning(unit: MatrixUnit): ProductTuning {
  const more = { kind: "matrix", unit, subgroups: [2, 2], results: [2, 2], depth: 1 } as const;
  return { shapes: [ONE, FEW, more], choose: (rows) => (rows <= 8 ? GPU.choose(rows) : more) };
}

/** With `units`, every product is computed on these. */
export function productTuning(lanes: Lanes, units: MatrixUnits | null): ProductTuning {
  return units ? matrixTuning(units.f16) : TUNING[lanes];
}

/** Of weights that round their input. */
export function roundedProductTuning(lanes: Lanes, units: MatrixUnits | null): ProductTuning {
  return units?.int8 ? roundedMatrixTuning(units.int8) : TUNING[lanes];
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
export function productGrid(shape: ProductShape, { cols }: Weight, count: number, rows: number): Grid {
  switch (shape.kind) {
    case "lanes8":
    case "lanes4":
      return [Math.ceil(count / 64), Math.ceil(rows / shape.rows), 1];
    case "chunks": {
      const quads = Math.floor(CHUNK_LANES / Math.min(CHUNK_LANES, paddedCols(cols) / 32));
      return [Math.ceil(count / (4 * quads)), Math.ceil(rows / shape.rows), 1];
    }
    case "tile":
      return [Math.ceil(count / 32), Math.ceil(rows / (8 * shape.rows)), 1];
    case "matrix": {
      const { unit, subgroups, results } = shape;
      const [down, across] = [subgroups[0] * results[0] * unit.m, subgroups[1] * results[1] * unit.n];
      return [Math.ceil(count / across), Math.ceil(rows / down), 1];
    }
  }
}
