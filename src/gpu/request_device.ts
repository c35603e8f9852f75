import type { MatrixUnit } from "../../kernels/lib/products.ts";
import { type AdapterInfo, describeAdapter } from "./adapter_info.ts";
import { chooseMatrixUnit, MATRIX_FEATURES } from "./matrix_unit.ts";
import { openAdapter } from "./runtime.ts";

export interface RequestedDevice {
  readonly device: GPUDevice;
  readonly info: AdapterInfo;
  /** What products are computed on; null: on the lanes. */
  readonly unit: MatrixUnit | null;
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
  const unit = subgroupMatrix ? chooseMatrixUnit(adapter) : null;
  const {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxStorageBuffersPerShaderStage,
    maxComputeWorkgroupStorageSize,
  } = adapter.limits;
  const useful = (["subgroups", ...features] as const).filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({
    label: "octavo",
    requiredFeatures: unit ? [...new Set([...useful, ...MATRIX_FEATURES])] : useful,
    requiredLimits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage,
      // Large tiles of matrix units; more than needed costs other adapters nothing, but they were measured without.
      ...(unit && { maxComputeWorkgroupStorageSize }),
    },
  });
  return { device, info: describeAdapter(adapter), unit };
}
