import { copyBlocks } from "../../../kernels/copy_blocks.ts";
import { type CopyBlocksArgs, kvBlockBytes } from "../../contracts/device.ts";
import type { Binder, GpuOp } from "../binder.ts";

export function copyBlocksOp(binder: Binder, name: string, args: CopyBlocksArgs): GpuOp {
  const { caches, kv, copies } = args;
  const blockWords2 = kvBlockBytes(kv) / 8;
  const shader = binder.shader(copyBlocks);
  const dispatches = caches.map((cache) => ({
    shader,
    group: binder.group(name, copyBlocks, { block_words2: blockWords2 }, { copies, cache }),
    grid: (step: { copies: number }) => [Math.ceil(blockWords2 / 64), step.copies, 1] as const,
  }));
  return { name, dispatches };
}
