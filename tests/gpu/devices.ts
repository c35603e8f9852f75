import { describe } from "bun:test";
import { type GpuDevice, type GpuDeviceOptions, openGpuDevice } from "../../src/gpu/device.ts";

async function open(options: GpuDeviceOptions): Promise<GpuDevice | null> {
  return openGpuDevice(options).catch((error: Error) => {
    if (process.env.OCTAVO_REQUIRE_ADAPTER) throw error;
    console.warn(`skipped on webgpu: ${error.message}`);
    return null;
  });
}

const first = await open({ tuneFor: "cpu" });

/** The machine's adapter, with the kernel shapes of both kinds of adapter; empty where there is none. */
export const devices: readonly GpuDevice[] = first ? [first, (await open({ tuneFor: "gpu" }))!] : [];

/** On matrix units; null where the adapter has none. */
export const matrix = await openGpuDevice({ subgroupMatrix: true }).catch((error: Error) => {
  console.warn(`skipped on matrix units: ${error.message}`);
  return null;
});

/** Devices by the bits that they give: those of the same list give the same. */
export const agreeing: readonly (readonly GpuDevice[])[] = [devices, matrix ? [matrix] : []].filter(
  ({ length }) => length > 0,
);

/** With the shapes for CPUs whose SIMD registers have room for four lanes alone. */
export const narrow = first && (await open({ tuneFor: "narrow cpu" }));

/** A device that binds little at once, so that weights above that must be sliced. */
export const slicing = first && (await open({ maxBindingBytes: 128 << 10, tuneFor: "gpu" }));

/** `describe`, skipped where there is no adapter. */
export const describeGpu = describe.skipIf(first === null);
