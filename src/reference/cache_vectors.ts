import { type KvShape, kvBlockBytes } from "../contracts/device.ts";
import type { ReferenceBuffer } from "./buffer.ts";
import { F16_VALUES } from "./half.ts";
import { floatRows, tableRows } from "./rows.ts";

/** The vectors of a K or V cache, one for each slot and KV head, in any element type. */
export interface CacheVectors {
  /** Σ x[from + i] * element i, in f64. */
  dot(x: Float32Array, from: number, slot: number, kvHead: number): number;
  /** out[i] += factor * element i. */
  addTo(out: Float64Array, factor: number, slot: number, kvHead: number): void;
  /** Writes elements values[from + i]. */
  write(slot: number, kvHead: number, values: Float32Array | Float64Array, from: number): void;
}

export function cacheVectors(buffer: ReferenceBuffer, kv: KvShape): CacheVectors {
  return kv.dtype === "int8" ? scaledVectors(buffer, kv) : plainVectors(buffer, kv);
}

function plainVectors(buffer: ReferenceBuffer, { dtype, kvHeads, headDim }: KvShape): CacheVectors {
  const rows = dtype === "f32" ? floatRows(buffer) : tableRows(buffer, F16_VALUES);
  const at = (slot: number, kvHead: number) => (slot * kvHeads + kvHead) * headDim;
  return {
    dot: (x, from, slot, kvHead) => rows.dot(x, from, at(slot, kvHead), headDim),
    addTo: (out, factor, slot, kvHead) => rows.addTo(out, 0, factor, at(slot, kvHead), headDim),
    write(slot, kvHead, values, from) {
      for (let i = 0; i < headDim; i++) rows.set(at(slot, kvHead) + i, values[from + i]!);
    },
  };
}

/** Signed bytes; a vector's largest number is 127 times its scale. */
function scaledVectors({ u8, f32 }: ReferenceBuffer, kv: KvShape): CacheVectors {
  const { blockSize, kvHeads, headDim } = kv;
  const blockBytes = kvBlockBytes(kv);
  const bytes = new Int8Array(u8.buffer);
  const place = (slot: number, kvHead: number) => {
    const block = Math.floor(slot / blockSize) * blockBytes;
    const vector = (slot % blockSize) * kvHeads + kvHead;
    return { at: block + vector * headDim, scaleAt: (block + blockSize * kvHeads * headDim) / 4 + vector };
  };
  return {
    dot(x, from, slot, kvHead) {
      const { at, scaleAt } = place(slot, kvHead);
      let sum = 0;
      for (let i = 0; i < headDim; i++) sum += x[from + i]! * bytes[at + i]!;
      return sum * f32[scaleAt]!;
    },
    addTo(out, factor, slot, kvHead) {
      const { at, scaleAt } = place(slot, kvHead);
      for (let i = 0; i < headDim; i++) out[i]! += factor * f32[scaleAt]! * bytes[at + i]!;
    },
    write(slot, kvHead, values, from) {
      const { at, scaleAt } = place(slot, kvHead);
      const vector = values.subarray(from, from + headDim);
      let largest = 0;
      for (const value of vector) largest = Math.max(largest, Math.abs(value));
      f32[scaleAt] = Number.isFinite(largest) ? largest / 127 : Number.NaN;
      // As the kernel has it: numbers so small that 127 over them is none in f32 become 0.
      const inverse = largest > 1e-30 ? 127 / largest : 0;
      for (let i = 0; i < headDim; i++) bytes[at + i] = Math.round(vector[i]! * inverse);
    },
  };
}
