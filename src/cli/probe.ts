/**
 * Asked by the launcher before it installs a Vulkan driver: exits 0 where a GPU device opens as the server would open
 * it, else 1 with the reason.
 */
import { openGpuDevice } from "../gpu/device.ts";
import { exit } from "../host.ts";

try {
  const device = await openGpuDevice({});
  console.log(`usable: ${device.name}`);
  exit(0);
} catch (error) {
  console.log(`unusable: ${error instanceof Error ? error.message : error}`);
  exit(1);
}
