import chainF32 from "./chain_f32.wgsl" with { type: "text" };
import chainInt8 from "./chain_int8.wgsl" with { type: "text" };
import chunk from "./chunk.wgsl" with { type: "text" };
import chunkScale from "./chunk_scale.wgsl" with { type: "text" };
import eightIn4 from "./eight_in_4.wgsl" with { type: "text" };
import eightIn8 from "./eight_in_8.wgsl" with { type: "text" };
import finishRows from "./finish_rows.wgsl" with { type: "text" };
import inputLanes from "./input_lanes.wgsl" with { type: "text" };
import inputNormed from "./input_normed.wgsl" with { type: "text" };
import inputPlain from "./input_plain.wgsl" with { type: "text" };
import inputQuads from "./input_quads.wgsl" with { type: "text" };
import inputRounded from "./input_rounded.wgsl" with { type: "text" };
import inputRoundedLanes from "./input_rounded_lanes.wgsl" with { type: "text" };
import inputRoundedOctets from "./input_rounded_octets.wgsl" with { type: "text" };
import laneSums from "./lanes.wgsl" with { type: "text" };
import matrixTile from "./matrix_tile.wgsl" with { type: "text" };
import chunks from "./product_chunks.wgsl" with { type: "text" };
import lanes from "./product_lanes.wgsl" with { type: "text" };
import matrix from "./product_matrix.wgsl" with { type: "text" };
import matrixInt8 from "./product_matrix_int8.wgsl" with { type: "text" };
import tile from "./product_tile.wgsl" with { type: "text" };
import tileInt8 from "./product_tile_int8.wgsl" with { type: "text" };
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

/** What a subgroup multiplies at once: m x k by k x n. Each divides 32, n is a multiple of 4. */
export interface MatrixUnit {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Lanes of a subgroup. */
  readonly lanes: number;
}

/** The units of an adapter, by what they multiply. */
export interface MatrixUnits {
  /** f16 into f32. */
  readonly f16: MatrixUnit;
  /** int8 into i32, where there is one. */
  readonly int8: MatrixUnit | null;
}

/** Rows of x as they are, after an RMSNorm of them, or rounded to int8 by the kernel quantize_rows. */
export type InputKind = "plain" | "normed" | "rounded";

/** The texts of a shape, by its input. */
type Inputs = Readonly<Partial<Record<InputKind, readonly string[]>>>;

const PRODUCTS = {
  lanes8: {
    plain: [chainF32, inputLanes, eightIn8, lanes, finishRows],
    rounded: [chainF32, inputRoundedLanes, eightIn8, lanes, finishRows],
  },
  lanes4: {
    plain: [chainF32, inputLanes, eightIn4, lanes, finishRows],
    rounded: [chainF32, inputRoundedLanes, eightIn4, lanes, finishRows],
  },
  chunks: {
    plain: [chainF32, inputQuads, inputPlain, laneSums, chunks],
    normed: [chainF32, inputQuads, inputNormed, rowNorm, sum4, laneSums, chunks],
    rounded: [chainInt8, inputRounded, inputRoundedOctets, laneSums, chunks],
  },
  tile: { plain: [tile, finishRows], rounded: [chainInt8, inputRounded, tileInt8, finishRows] },
  matrix: { plain: [matrixTile, matrix], rounded: [inputRounded, matrixTile, matrixInt8] },
} satisfies Record<string, Inputs>;

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
  readonly input: InputKind;
}

/** The feature of WGSL that multiplies packed bytes. */
export const PACKED_DOT = "packed_4x8_integer_dot_product";

/** Whether a product multiplies packed bytes. */
export function needsPackedDot({ shape, input }: Product): boolean {
  return input === "rounded" && (shape.kind === "chunks" || shape.kind === "tile");
}

/** The texts that read a weight's elements. */
export function weightText(weight: PackedWeight): string[] {
  return [chunk, ...WEIGHTS[weight]];
}

/** The texts that make a kernel a product of this shape, weight and input. `name` is the kernel's. */
export function productText(name: string, { shape, weight, input }: Product): string[] {
  const texts = (PRODUCTS[shape.kind] as Inputs)[input];
  if (!texts) throw new Error(`Cannot assemble kernel ${name}: shape ${shape.kind} takes no ${input} input`);
  if (input === "rounded" && weight !== "int8") {
    throw new Error(`Cannot assemble kernel ${name}: rounded input takes a weight of int8: received ${weight}`);
  }
  const constants = Object.entries(shapeConstants(shape)).map(([constant, value]) => `const ${constant} = ${value}u;`);
  return [...constants, ...weightText(weight), chunkScale, ...texts];
}
