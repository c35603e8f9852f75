import type { RopeArgs } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";
import { cacheRows } from "./rows.ts";

export function ropeOp(name: string, args: RopeArgs): ReferenceOp {
  const { heads, kv } = args;
  const { headDim, kvHeads } = kv;
  const half = headDim / 2;
  const qkv = memory(args.qkv).f32;
  const q = memory(args.q).f32;
  const keys = cacheRows(memory(args.keys), kv.dtype);
  const values = cacheRows(memory(args.values), kv.dtype);
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
        const slot = (slots[r]! * kvHeads + head) * headDim;
        const value = row + (heads + kvHeads + head) * headDim;
        turn(row + (heads + head) * headDim, positions[r]!);
        for (let i = 0; i < headDim; i++) {
          keys.set(slot + i, turned[i]!);
          values.set(slot + i, qkv[value + i]!);
        }
      }
    }
  });
}
