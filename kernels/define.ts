import f16 from "./lib/f16.wgsl" with { type: "text" };
import f32 from "./lib/f32.wgsl" with { type: "text" };
import int8 from "./lib/int8.wgsl" with { type: "text" };
import keys4 from "./lib/keys_4.wgsl" with { type: "text" };
import keys8 from "./lib/keys_8.wgsl" with { type: "text" };
import {
  type Extension,
  needsPackedDot,
  PACKED_DOT,
  type PackedWeight,
  type Product,
  productText,
  shapeExtensions,
  weightText,
} from "./lib/products.ts";
import step from "./lib/step.wgsl" with { type: "text" };

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
  /** Whether some buffer holds `packed2`, `packed4` or `packed_keys` elements, so that an element type must be chosen. */
  readonly packed: boolean;
  /** Whether it is a matrix product, so that a shape and the weight's element type must be chosen. */
  readonly product: boolean;
  /** Whether it reads a weight and is no product, so that the weight's element type must be chosen. */
  readonly weight: boolean;
  /** WGSL extensions that it needs whatever its shape. */
  readonly extensions: readonly Extension[];
}

export type Access = "read" | "read_write";

/** Element type of a kernel's packed buffer, each a file in `lib`; f16x8 loads K 16 bytes at a time. */
export type Packed = keyof typeof PACKED;
const PACKED = { f32: [f32, keys4], f16: [f16, keys4], f16x8: [f16, keys8], int8: [int8, keys4] };

/** Declares a kernel; `constants`, `packed`, `product` and `extensions` may be left out. */
export function defineKernel<Param extends string, Buffer extends string>(
  kernel: Omit<Kernel<Param, Buffer>, "constants" | "packed" | "product" | "weight" | "extensions"> & {
    constants?: readonly string[];
    product?: boolean;
    extensions?: readonly Extension[];
  },
): Kernel<Param, Buffer> {
  const types: string[] = Object.values(kernel.buffers);
  return {
    ...kernel,
    libs: [step, ...kernel.libs],
    constants: kernel.constants ?? [],
    packed: types.some((type) => /packed(?:[24]|_keys)/.test(type)),
    product: kernel.product ?? false,
    weight: !kernel.product && types.some((type) => type.includes("packed8")),
    extensions: kernel.extensions ?? [],
  };
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
  const element = packed ? PACKED[packed] : weight ? weightText(weight) : [];
  const spread = product ? productText(kernel.name, product) : [];
  const extensions = new Set([...kernel.extensions, ...(product ? shapeExtensions(product.shape.kind) : [])]);
  const enable = [...extensions].map((extension) => `enable ${extension};`);
  const requires = product && needsPackedDot(product) ? [`requires ${PACKED_DOT};`] : [];
  return [...enable, ...requires, ...prelude, ...element, ...spread, ...kernel.libs, kernel.source].join("\n");
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
