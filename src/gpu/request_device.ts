import type { MatrixUnits } from "../../kernels/lib/products.ts";
import { type AdapterInfo, describeAdapter } from "./adapter_info.ts";
import { chooseMatrixUnits, MATRIX_FEATURES } from "./matrix_units.ts";
import { openAdapter } from "./runtime.ts";

export interface RequestedDevice {
  readonly device: GPUDevice;
  readonly info: AdapterInfo;
  /** What products are computed on; null: on the lanes. */
  readonly units: MatrixUnits | null;
}

/**
 * A device with the adapter's limits on buffers, and with those of `features` that the adapter has.
 *
 * Throws GpuUnavailableError, also where `subgroupMatrix` asks for matrix units and there are none to use.
 */
export async function requestDevice(
  { adapter: name, subgroupMatrix = false }: { adapter?: string | undefined; subgroupMatrix?: boolean | undefined },
  features: readonly GPUFeatureName[] = [],
): Promise<RequestedDevice> {
  const adapter = await openAdapter(name, { experimental: subgroupMatrix });
  const units = subgroupMatrix ? chooseMatrixUnits(adapter) : null;
  const {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxStorageBuffersPerShaderStage,
    maxComputeWorkgroupStorageSize,
  } = adapter.limits;
  const useful = (["subgroups", ...features] as const).filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({
    label: "octavo",
    requiredFeatures: units ? [...new Set([...useful, ...MATRIX_FEATURES])] : useful,
    requiredLimits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage,
      // Large tiles of matrix units; more than needed costs other adapters nothing, but they were measured without.
      ...(units && { maxComputeWorkgroupStorageSize }),
    },
  });
  return { device, info: describeAdapter(adapter), units };
}
