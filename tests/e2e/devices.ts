import { type BuiltEngine, buildEngine, openDevice } from "../../src/build.ts";
import { parseServeConfig } from "../../src/config.ts";
import type { Device } from "../../src/contracts/device.ts";

export type DeviceKind = "webgpu" | "reference";

const opened = await openDevice({ device: "webgpu", adapter: undefined }).catch((error: Error) => {
  if (process.env.OCTAVO_REQUIRE_ADAPTER) throw error;
  console.warn(`skipped on webgpu: ${error.message}`);
  return null;
});
opened?.destroy();

/** The devices of this machine. */
export const deviceKinds: readonly DeviceKind[] = opened ? ["reference", "webgpu"] : ["reference"];

export function freshDevice(kind: DeviceKind): Promise<Device> {
  return openDevice({ device: kind, adapter: undefined });
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
