import { assemble, type Kernel, type Specialisation } from "../../kernels/define.ts";
import { shapeConstants } from "../../kernels/lib/products.ts";

/** A kernel with its specialisation, compiled by `Pipelines.compile`. */
export interface Shader {
  readonly name: string;
  readonly code: string;
  readonly kernel: Kernel;
  pipeline?: GPUComputePipeline;
}

/** Every shader of a device, compiled once; bind groups need only the kernel's layout and may be made before. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #shaders = new Map<string, Shader>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The layout of a kernel's bind group, the same for all its specialisations. */
  layout(kernel: Kernel): GPUBindGroupLayout {
    let layout = this.#layouts.get(kernel.name);
    if (!layout) {
      const visibility = GPUShaderStage.COMPUTE;
      const types = Object.values(kernel.buffers).map((binding) =>
        binding.startsWith("read_write ") ? ("storage" as const) : ("read-only-storage" as const),
      );
      layout = this.#device.createBindGroupLayout({
        label: kernel.name,
        entries: (["uniform", "uniform", ...types] as const).map((type, binding) => ({
          binding,
          visibility,
          buffer: { type },
        })),
      });
      this.#layouts.set(kernel.name, layout);
    }
    return layout;
  }

  shader(kernel: Kernel, specialisation: Specialisation = {}): Shader {
    const { packed, product, weight, constants = {} } = specialisation;
    const named = ([constant, value]: [string, number | undefined]) => `${constant}=${value}`;
    const shape = product
      ? [
          ...[product.weight, product.input, product.shape.kind],
          ...Object.entries(shapeConstants(product.shape)).map(named),
        ]
      : [];
    const values = kernel.constants.map((constant) => named([constant, constants[constant]]));
    const name = [kernel.name, ...(packed ? [packed] : []), ...(weight ? [weight] : []), ...shape, ...values].join(" ");
    let shader = this.#shaders.get(name);
    if (!shader) {
      shader = { name, code: assemble(kernel, specialisation), kernel };
      this.#shaders.set(name, shader);
    }
    return shader;
  }

  /** Compiles the shaders that are not yet, in parallel. Throws with the compiler's message. */
  async compile(shaders: Iterable<Shader>): Promise<void> {
    const wanted = [...new Set(shaders)].filter((shader) => !shader.pipeline);
    await Promise.all(wanted.map((shader) => this.#compile(shader)));
  }

  async #compile(shader: Shader): Promise<void> {
    const { name, code, kernel } = shader;
    const module = this.#device.createShaderModule({ label: name, code });
    try {
      shader.pipeline = await this.#device.createComputePipelineAsync({
        label: name,
        layout: this.#device.createPipelineLayout({ label: name, bindGroupLayouts: [this.layout(kernel)] }),
        compute: { module },
      });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const [first] = messages.filter(({ type }) => type === "error");
      const why = first ? `line ${first.lineNum}: ${first.message}` : error instanceof Error ? error.message : error;
      throw new Error(`Cannot compile kernel ${name}: ${why}`);
    }
  }
}
