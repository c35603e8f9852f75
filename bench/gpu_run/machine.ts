import { spawnSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import process from "node:process";
import { openGpuDevice } from "../../src/gpu/device.ts";
import { runtime } from "../../src/host.ts";
import { VERSION } from "../../src/version.ts";

/** What the figures were taken on. The adapter is opened for a moment; where there is none, it says why. */
export async function describeMachine() {
  return {
    octavo: VERSION,
    runtime: `${runtime.name} ${runtime.version}`,
    system: `${process.platform} ${release()}, ${process.arch}`,
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
    memoryGB: Math.round(totalmem() / 1e9),
    adapter: await describeAdapter(),
    nvidia: nvidia(),
  };
}

async function describeAdapter() {
  try {
    const device = await openGpuDevice();
    const { vendor, architecture, description, isCpu, features } = device.info;
    const { maxBufferBytes, maxBindingBytes, name } = device;
    device.destroy();
    return { name, vendor, architecture, description, isCpu, features, maxBufferBytes, maxBindingBytes };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

/** GPU, driver and memory as NVIDIA's own tool tells them; null where it is not there. */
function nvidia(): string | null {
  const query = [
    "--query-gpu=name,driver_version,memory.total,clocks.max.sm,clocks.max.memory",
    "--format=csv,noheader",
  ];
  const { status, stdout } = spawnSync("nvidia-smi", query, { encoding: "utf8", timeout: 10_000 });
  return status === 0 ? stdout.trim() : null;
}
