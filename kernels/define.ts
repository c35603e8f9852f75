import bf16 from "./lib/bf16.wgsl" with { type: "text" };
import f16 from "./lib/f16.wgsl" with { type: "text" };
import f32 from "./lib/f32.wgsl" with { type: "text" };
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
  /** Whether some buffer holds `packed` elements, so that an element type must be chosen. */
  readonly packed: boolean;
}

export type Access = "read" | "read_write";

/** Element type of a kernel's packed buffer, each a file in `lib`. */
export type Packed = keyof typeof PACKED;
const PACKED = { f32, f16, bf16 };

/** Declares a kernel; `constants` and `packed` may be left out. */
export function defineKernel<Param extends string, Buffer extends string>(
  kernel: Omit<Kernel<Param, Buffer>, "constants" | "packed"> & { constants?: readonly string[] },
): Kernel<Param, Buffer> {
  const types: string[] = Object.values(kernel.buffers);
  return {
    ...kernel,
    libs: [step, ...kernel.libs],
    constants: kernel.constants ?? [],
    packed: types.some((type) => type.includes("packed")),
  };
}

/** What is fixed when a kernel is compiled. */
export interface Specialisation {
  readonly packed?: Packed;
  readonly constants?: Readonly<Record<string, number>>;
}

/** The whole shader text: constants, element type, libs, kernel. Throws if the kernel wants what is not given. */
export function assemble(kernel: Kernel, { packed, constants = {} }: Specialisation): string {
  const missing = kernel.constants.find((name) => constants[name] === undefined);
  if (missing) throw new Error(`Cannot assemble kernel ${kernel.name}: the constant ${missing} is not given`);
  if (kernel.packed !== (packed !== undefined)) {
    throw new Error(`Cannot assemble kernel ${kernel.name}: packed buffers: received element type ${packed}`);
  }
  const prelude = kernel.constants.map((name) => `const ${name} = ${constants[name]}u;`);
  const element = packed ? [PACKED[packed]] : [];
  return [...prelude, ...element, ...kernel.libs, kernel.source].join("\n");
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
