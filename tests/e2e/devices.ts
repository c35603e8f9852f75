import { type BuiltEngine, buildEngine, openDevice } from "../../src/build.ts";
import { parseServeConfig } from "../../src/config.ts";
import type { Device } from "../../src/contracts/device.ts";

export type DeviceKind = "webgpu" | "matrix units" | "reference";

async function has(kind: DeviceKind): Promise<boolean> {
  try {
    (await freshDevice(kind)).destroy();
    return true;
  } catch (error) {
    if (process.env.OCTAVO_REQUIRE_ADAPTER && kind === "webgpu") throw error;
    console.warn(`skipped on ${kind}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/** The devices of this machine. */
export const deviceKinds: readonly DeviceKind[] = (await has("webgpu")) ? ["reference", "webgpu"] : ["reference"];

/** A GPU with --subgroup-matrix, where it can. */
export const matrixKinds: readonly DeviceKind[] = (await has("matrix units")) ? ["matrix units"] : [];

export function freshDevice(kind: DeviceKind): Promise<Device> {
  const device = kind === "reference" ? kind : "webgpu";
  return openDevice({ device, adapter: undefined, subgroupMatrix: kind === "matrix units" });
}

/** An engine on a device of its own; flags as on the command line, by key. */
export async function engineOn(
  kind: DeviceKind,
  directory: string,
  flags: Record<string, string> = {},
): Promise<BuiltEngine> {
  const small = { maxNumBatchedTokens: "256", maxNumSeqs: "64", kvCacheMemory: "8M" };
  return buildEngine(directory, await freshDevice(kind), parseServeConfig({ ...small, ...flags }, {}));
}
