import type { RopeArgs } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { cacheVectors } from "./cache_vectors.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

export function ropeOp(name: string, args: RopeArgs): ReferenceOp {
  const { heads, kv } = args;
  const { headDim, kvHeads } = kv;
  const half = headDim / 2;
  const qkv = memory(args.qkv).f32;
  const q = memory(args.q).f32;
  const keys = cacheVectors(memory(args.keys), kv);
  const values = cacheVectors(memory(args.values), kv);
  const positions = memory(args.positions).u32;
  const slots = memory(args.slots).u32;
  const rotation = args.rotation && memory(args.rotation).f32;
  const turned = new Float64Array(headDim);

  /** Leaves the head at `from`, rotated to `position`, in `turned`. */
  const turn = (from: number, position: number) => {
    for (let i = 0; i < half; i++) {
      const low = qkv[from + i]!;
      const high = qkv[from + half + i]!;
      const cosine = rotation ? rotation[position * headDim + i]! : 1;
      const sine = rotation ? rotation[position * headDim + half + i]! : 0;
      turned[i] = low * cosine - high * sine;
      turned[half + i] = high * cosine + low * sine;
    }
  };
  return referenceOp(name, ({ rows }) => {
    for (let r = 0; r < rows; r++) {
      const row = r * (heads + 2 * kvHeads) * headDim;
      for (let head = 0; head < heads; head++) {
        turn(row + head * headDim, positions[r]!);
        q.set(turned, (r * heads + head) * headDim);
      }
      for (let head = 0; head < kvHeads; head++) {
        turn(row + (heads + head) * headDim, positions[r]!);
        keys.write(slots[r]!, head, turned, 0);
        values.write(slots[r]!, head, qkv, row + (heads + kvHeads + head) * headDim);
      }
    }
  });
}
