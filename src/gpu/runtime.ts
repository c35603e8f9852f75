/**
 * Loads WebGPU: Dawn as a Node-API addon (npm `webgpu`), which Bun, Deno and Node all take. The only file of the device
 * that knows where WebGPU comes from.
 */

/** How to go on without a GPU; ends every sentence about a missing one. */
const ALTERNATIVE = "run with `--device reference` to compute on the CPU without WebGPU";

/** WebGPU could not be opened; the message says why and how to go on. */
export class GpuUnavailableError extends Error {
  override name = "GpuUnavailableError";
}

/** Objects that must outlive every device: once Dawn's instance is collected, the process crashes. */
const kept = globalThis as typeof globalThis & { octavoGpus?: Map<string, GPU> };

/**
 * The adapter named `adapter` (a part of its name, as Dawn matches it), or the system's first choice. With
 * `experimental` it has features, too, that are no standard yet; Dawn calls them unsafe, as web pages could ask for them.
 */
export async function openAdapter(adapter?: string, { experimental = false } = {}): Promise<GPUAdapter> {
  const gpu = await loadGpu([
    ...(adapter ? [`adapter=${adapter}`] : []),
    ...(experimental ? ["enable-dawn-features=allow_unsafe_apis"] : []),
  ]);
  const found = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!found) {
    throw new GpuUnavailableError(
      `Cannot open a GPU: no ${adapter ? `adapter called ${adapter}` : "Vulkan, Metal or Direct3D 12 adapter"} was found: ` +
        `install a driver (on Debian: libvulkan1 and mesa-vulkan-drivers 24 or newer), or ${ALTERNATIVE}`,
    );
  }
  return found;
}

/** Features of the shading language, which are WebGPU's, whatever the adapter; none before one was opened. */
export function wgslFeatures(): ReadonlySet<string> {
  const [gpu] = kept.octavoGpus?.values() ?? [];
  return gpu?.wgslLanguageFeatures ?? new Set();
}

async function loadGpu(options: string[]): Promise<GPU> {
  kept.octavoGpus ??= new Map();
  const key = options.join(" ");
  let gpu = kept.octavoGpus.get(key);
  if (!gpu) {
    try {
      const { create, globals } = await import("webgpu");
      Object.assign(globalThis, globals);
      gpu = create(options);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new GpuUnavailableError(`Cannot load WebGPU: ${why.trim()}: check the adapter's name, or ${ALTERNATIVE}`);
    }
    kept.octavoGpus.set(key, gpu);
  }
  return gpu;
}
