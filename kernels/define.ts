import chunk from "./lib/chunk.wgsl" with { type: "text" };
import eightIn4 from "./lib/eight_in_4.wgsl" with { type: "text" };
import eightIn8 from "./lib/eight_in_8.wgsl" with { type: "text" };
import f16 from "./lib/f16.wgsl" with { type: "text" };
import f32 from "./lib/f32.wgsl" with { type: "text" };
import finishRows from "./lib/finish_rows.wgsl" with { type: "text" };
import inputNormed from "./lib/input_normed.wgsl" with { type: "text" };
import inputPlain from "./lib/input_plain.wgsl" with { type: "text" };
import int8 from "./lib/int8.wgsl" with { type: "text" };
import laneSums from "./lib/lanes.wgsl" with { type: "text" };
import sum4 from "./lib/product.wgsl" with { type: "text" };
import chunks from "./lib/product_chunks.wgsl" with { type: "text" };
import lanes from "./lib/product_lanes.wgsl" with { type: "text" };
import tile from "./lib/product_tile.wgsl" with { type: "text" };
import rowNorm from "./lib/row_norm.wgsl" with { type: "text" };
import step from "./lib/step.wgsl" with { type: "text" };
import unscaled from "./lib/unscaled.wgsl" with { type: "text" };
import weightBf16 from "./lib/weight_bf16.wgsl" with { type: "text" };
import weightF16 from "./lib/weight_f16.wgsl" with { type: "text" };
import weightF32 from "./lib/weight_f32.wgsl" with { type: "text" };
import weightInt4 from "./lib/weight_int4.wgsl" with { type: "text" };
import weightInt8 from "./lib/weight_int8.wgsl" with { type: "text" };

/**
 * A kernel is a `.wgsl` file and, beside it, what the host must know to bind it. Binding 0 is the step's uniform, shared
 * by all kernels and written once a step; binding 1 the operation's own `params`; then `buffers` in the order listed,
 * reads before writes.
 */
export interface Kernel<Param extends string = string, Buffer extends string = string> {
  readonly name: string;
  /** The `.wgsl` file's text. */
  readonly source: string;
  /** Texts put before `source`, shared between kernels. */
  readonly libs: readonly string[];
  /** Fields of the shader's `Params`, in order. */
  readonly params: Readonly<Record<Param, "u32" | "f32">>;
  /** Storage buffers: access mode, then WGSL type, such as `read array<vec4f>`. */
  readonly buffers: Readonly<Record<Buffer, `${Access} ${string}`>>;
  /** Constants the prelude must give, such as ROWS. */
  readonly constants: readonly string[];
  /** Whether some buffer holds `packed2` or `packed4` elements, so that an element type must be chosen. */
  readonly packed: boolean;
  /** Whether it is a matrix product, so that a shape and the weight's element type must be chosen. */
  readonly product: boolean;
  /** Whether it reads a weight and is no product, so that the weight's element type must be chosen. */
  readonly weight: boolean;
  /** Whether it uses subgroup operations whatever its shape. */
  readonly subgroups: boolean;
}

export type Access = "read" | "read_write";

/** Element type of a kernel's packed buffer, each a file in `lib`. */
export type Packed = keyof typeof PACKED;
const PACKED = { f32, f16, int8 };

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
export interface ProductShape {
  readonly kind: keyof typeof PRODUCTS;
  /** Rows of a lane. */
  readonly rows: number;
}
const PRODUCTS = {
  lanes8: [lanes, eightIn8, finishRows],
  lanes4: [lanes, eightIn4, finishRows],
  chunks: [laneSums, sum4, chunks],
  tile: [tile, finishRows],
};

/** Declares a kernel; `constants`, `packed`, `product` and `subgroups` may be left out. */
export function defineKernel<Param extends string, Buffer extends string>(
  kernel: Omit<Kernel<Param, Buffer>, "constants" | "packed" | "product" | "weight" | "subgroups"> & {
    constants?: readonly string[];
    product?: boolean;
    subgroups?: boolean;
  },
): Kernel<Param, Buffer> {
  const types: string[] = Object.values(kernel.buffers);
  return {
    ...kernel,
    libs: [step, ...kernel.libs],
    constants: kernel.constants ?? [],
    packed: types.some((type) => /packed[24]/.test(type)),
    product: kernel.product ?? false,
    weight: !kernel.product && types.some((type) => type.includes("packed8")),
    subgroups: kernel.subgroups ?? false,
  };
}

/** Which product is compiled. */
export interface Product {
  readonly shape: ProductShape;
  readonly weight: PackedWeight;
  /** Rows of x go through an RMSNorm first; the chunks shape can do that. */
  readonly normed: boolean;
}

/** What is fixed when a kernel is compiled. */
export interface Specialisation {
  readonly packed?: Packed;
  readonly product?: Product;
  readonly weight?: PackedWeight;
  readonly constants?: Readonly<Record<string, number>>;
}

/** The whole shader text: constants, element type, libs, kernel. Throws if the kernel wants what is not given. */
export function assemble(kernel: Kernel, { packed, product, weight, constants = {} }: Specialisation): string {
  const missing = kernel.constants.find((name) => constants[name] === undefined);
  if (missing) throw new Error(`Cannot assemble kernel ${kernel.name}: the constant ${missing} is not given`);
  if (kernel.packed !== (packed !== undefined)) {
    throw new Error(`Cannot assemble kernel ${kernel.name}: packed buffers: received element type ${packed}`);
  }
  if (kernel.product !== (product !== undefined)) {
    throw new Error(`Cannot assemble kernel ${kernel.name}: product: received shape ${product?.shape.kind}`);
  }
  if (kernel.weight !== (weight !== undefined)) {
    throw new Error(`Cannot assemble kernel ${kernel.name}: weight: received element type ${weight}`);
  }
  const prelude = kernel.constants.map((name) => `const ${name} = ${constants[name]}u;`);
  const element = packed ? [PACKED[packed]] : weight ? [chunk, ...WEIGHTS[weight]] : [];
  const spread = product ? spreadOf(kernel, product) : [];
  const enable = kernel.subgroups || product?.shape.kind.startsWith("lanes") ? ["enable subgroups;"] : [];
  return [...enable, ...prelude, ...element, ...spread, ...kernel.libs, kernel.source].join("\n");
}

function spreadOf(kernel: Kernel, { shape, weight, normed }: Product): string[] {
  if (normed && shape.kind !== "chunks") {
    throw new Error(`Cannot assemble kernel ${kernel.name}: a norm fits the shape chunks: received ${shape.kind}`);
  }
  const input = shape.kind === "chunks" ? (normed ? [rowNorm, inputNormed] : [inputPlain]) : [];
  return [`const ROWS = ${shape.rows}u;`, chunk, ...WEIGHTS[weight], ...PRODUCTS[shape.kind], ...input];
}

/** The bytes of a kernel's `Params`, padded to 16. */
export function packParams<Param extends string>(
  kernel: Kernel<Param>,
  values: Readonly<Record<Param, number>>,
): ArrayBuffer {
  const fields = Object.entries(kernel.params) as [Param, "u32" | "f32"][];
  const bytes = new ArrayBuffer(Math.max(16, Math.ceil(fields.length / 4) * 16));
  const view = new DataView(bytes);
  fields.forEach(([name, type], index) => {
    if (type === "u32") view.setUint32(index * 4, values[name], true);
    else view.setFloat32(index * 4, values[name], true);
  });
  return bytes;
}
