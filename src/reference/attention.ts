import type { AttentionArgs } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";
import { cacheRows } from "./rows.ts";

export function attentionOp(name: string, args: AttentionArgs): ReferenceOp {
  const { heads, kv, scale, maxBlocksPerSeq } = args;
  const { headDim, kvHeads, blockSize } = kv;
  const out = memory(args.out).f32;
  const q = memory(args.q).f32;
  const keys = cacheRows(memory(args.keys), kv.dtype);
  const values = cacheRows(memory(args.values), kv.dtype);
  const positions = memory(args.positions).u32;
  const sequences = memory(args.sequences).u32;
  const tables = memory(args.blockTables).u32;
  const scores = new Float64Array(maxBlocksPerSeq * blockSize);
  const sum = new Float64Array(headDim);

  /** Where the head's vector for `position` of a sequence begins in the caches. */
  const at = (sequence: number, position: number, kvHead: number) => {
    const block = tables[sequence * maxBlocksPerSeq + Math.floor(position / blockSize)]!;
    return ((block * blockSize + (position % blockSize)) * kvHeads + kvHead) * headDim;
  };
  return referenceOp(name, ({ rows }) => {
    for (let r = 0; r < rows; r++) {
      const context = positions[r]! + 1;
      for (let head = 0; head < heads; head++) {
        const kvHead = Math.floor((head * kvHeads) / heads);
        const query = (r * heads + head) * headDim;
        let peak = Number.NEGATIVE_INFINITY;
        for (let p = 0; p < context; p++) {
          scores[p] = keys.dot(q, query, at(sequences[r]!, p, kvHead), headDim) * scale;
          peak = Math.max(peak, scores[p]!);
        }
        let mass = 0;
        sum.fill(0);
        for (let p = 0; p < context; p++) {
          const weight = Math.exp(scores[p]! - peak);
          mass += weight;
          values.addTo(sum, 0, weight, at(sequences[r]!, p, kvHead), headDim);
        }
        for (let i = 0; i < headDim; i++) out[query + i] = sum[i]! / mass;
      }
    }
  });
}
