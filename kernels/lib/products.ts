import chunk from "./chunk.wgsl" with { type: "text" };
import chunkScale from "./chunk_scale.wgsl" with { type: "text" };
import eightIn4 from "./eight_in_4.wgsl" with { type: "text" };
import eightIn8 from "./eight_in_8.wgsl" with { type: "text" };
import finishRows from "./finish_rows.wgsl" with { type: "text" };
import inputNormed from "./input_normed.wgsl" with { type: "text" };
import inputPlain from "./input_plain.wgsl" with { type: "text" };
import laneSums from "./lanes.wgsl" with { type: "text" };
import chunks from "./product_chunks.wgsl" with { type: "text" };
import lanes from "./product_lanes.wgsl" with { type: "text" };
import matrix from "./product_matrix.wgsl" with { type: "text" };
import tile from "./product_tile.wgsl" with { type: "text" };
import rowNorm from "./row_norm.wgsl" with { type: "text" };
import sum4 from "./sum4.wgsl" with { type: "text" };
import unscaled from "./unscaled.wgsl" with { type: "text" };
import weightBf16 from "./weight_bf16.wgsl" with { type: "text" };
import weightF16 from "./weight_f16.wgsl" with { type: "text" };
import weightF32 from "./weight_f32.wgsl" with { type: "text" };
import weightInt4 from "./weight_int4.wgsl" with { type: "text" };
import weightInt8 from "./weight_int8.wgsl" with { type: "text" };

/** Element type of a weight. */
export type PackedWeight = keyof typeof WEIGHTS;
const WEIGHTS = {
  f32: [weightF32, unscaled],
  f16: [weightF16, unscaled],
  bf16: [weightBf16, unscaled],
  int8: [weightInt8],
  int4: [weightInt4],
};

/** How a product is spread over lanes; the file in `lib` says how many rows and columns a workgroup takes. */
export type ProductShape = LaneShape | MatrixShape;

export interface LaneShape {
  readonly kind: Exclude<keyof typeof PRODUCTS, "matrix">;
  /** Rows of a lane. */
  readonly rows: number;
}

export interface MatrixShape {
  readonly kind: "matrix";
  readonly unit: MatrixUnit;
  /** Subgroups of a workgroup, down its rows and across its columns. */
  readonly subgroups: readonly [down: number, across: number];
  /** The unit's results of a subgroup. */
  readonly results: readonly [down: number, across: number];
  /** Chunks of K in workgroup memory at once. */
  readonly depth: number;
}

/** What a subgroup multiplies at once: m x k by k x n, f16 into f32. Each divides 32, n is a multiple of 4. */
export interface MatrixUnit {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Lanes of a subgroup. */
  readonly lanes: number;
}

const PRODUCTS = {
  lanes8: [lanes, eightIn8, finishRows],
  lanes4: [lanes, eightIn4, finishRows],
  chunks: [laneSums, sum4, chunks],
  tile: [tile, finishRows],
  matrix: [matrix],
};

/** The constants that make a shape out of its kind. */
export function shapeConstants(shape: ProductShape): Readonly<Record<string, number>> {
  if (shape.kind !== "matrix") return { ROWS: shape.rows };
  const { unit, subgroups, results, depth } = shape;
  return {
    ...unitConstants(unit),
    SUBGROUPS_DOWN: subgroups[0],
    SUBGROUPS_ACROSS: subgroups[1],
    DOWN: results[0],
    ACROSS: results[1],
    DEPTH: depth,
  };
}

export function unitConstants({ m, n, k, lanes }: MatrixUnit): Readonly<Record<string, number>> {
  return { UNIT_M: m, UNIT_N: n, UNIT_K: k, SUBGROUP_LANES: lanes };
}

/** A WGSL extension, to be enabled before all else. */
export type Extension = "subgroups" | (typeof MATRIX_EXTENSIONS)[number];
export const MATRIX_EXTENSIONS = ["f16", "subgroups", "chromium_experimental_subgroup_matrix"] as const;

/** What a kind of shape needs. */
export function shapeExtensions(kind: ProductShape["kind"]): readonly Extension[] {
  if (kind === "matrix") return MATRIX_EXTENSIONS;
  return kind.startsWith("lanes") ? ["subgroups"] : [];
}

/** Which product is compiled. */
export interface Product {
  readonly shape: ProductShape;
  readonly weight: PackedWeight;
  /** Rows of x go through an RMSNorm first; the chunks shape can do that. */
  readonly normed: boolean;
}

/** The texts that read a weight's elements. */
export function weightText(weight: PackedWeight): string[] {
  return [chunk, ...WEIGHTS[weight]];
}

/** The texts that make a kernel a product of this shape and weight. `name` is the kernel's. */
export function productText(name: string, { shape, weight, normed }: Product): string[] {
  if (normed && shape.kind !== "chunks") {
    throw new Error(`Cannot assemble kernel ${name}: a norm fits the shape chunks: received ${shape.kind}`);
  }
  const input = shape.kind === "chunks" ? (normed ? [rowNorm, inputNormed] : [inputPlain]) : [];
  const constants = Object.entries(shapeConstants(shape)).map(([constant, value]) => `const ${constant} = ${value}u;`);
  return [...constants, ...weightText(weight), chunkScale, ...PRODUCTS[shape.kind], ...input];
}
