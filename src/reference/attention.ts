import type { AttentionArgs } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { cacheVectors } from "./cache_vectors.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

export function attentionOp(name: string, args: AttentionArgs): ReferenceOp {
  const { heads, kv, scale, maxBlocksPerSeq } = args;
  const { headDim, kvHeads, blockSize } = kv;
  const out = memory(args.out).f32;
  const q = memory(args.q).f32;
  const keys = cacheVectors(memory(args.keys), kv);
  const values = cacheVectors(memory(args.values), kv);
  const positions = memory(args.positions).u32;
  const sequences = memory(args.sequences).u32;
  const tables = memory(args.blockTables).u32;
  const scores = new Float64Array(maxBlocksPerSeq * blockSize);
  const sum = new Float64Array(headDim);

  const slotOf = (sequence: number, position: number) => {
    const block = tables[sequence * maxBlocksPerSeq + Math.floor(position / blockSize)]!;
    return block * blockSize + (position % blockSize);
  };
  return referenceOp(name, ({ rows }) => {
    for (let r = 0; r < rows; r++) {
      const context = positions[r]! + 1;
      for (let head = 0; head < heads; head++) {
        const kvHead = Math.floor((head * kvHeads) / heads);
        const query = (r * heads + head) * headDim;
        let peak = Number.NEGATIVE_INFINITY;
        for (let p = 0; p < context; p++) {
          scores[p] = keys.dot(q, query, slotOf(sequences[r]!, p), kvHead) * scale;
          peak = Math.max(peak, scores[p]!);
        }
        let mass = 0;
        sum.fill(0);
        for (let p = 0; p < context; p++) {
          const weight = Math.exp(scores[p]! - peak);
          mass += weight;
          values.addTo(sum, weight, slotOf(sequences[r]!, p), kvHead);
        }
        for (let i = 0; i < headDim; i++) out[query + i] = sum[i]! / mass;
      }
    }
  });
}
