import { type CopyBlocksArgs, kvBlockBytes } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

export function copyBlocksOp(name: string, { caches, kv, copies }: CopyBlocksArgs): ReferenceOp {
  const bytes = kvBlockBytes(kv);
  const pairs = memory(copies).u32;
  return referenceOp(name, (step) => {
    for (const cache of caches) {
      for (let i = 0; i < step.copies; i++) {
        const source = pairs[2 * i]! * bytes;
        memory(cache).u8.copyWithin(pairs[2 * i + 1]! * bytes, source, source + bytes);
      }
    }
  });
}
