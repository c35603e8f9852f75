import { Random } from "../base/random.ts";
import {
  type DeviceBuffer,
  type FloatDtype,
  type KvShape,
  kvBlockBytes,
  paddedCols,
  type Weight,
  type WeightDtype,
} from "../contracts/device.ts";
import { ReferenceBuffer } from "../reference/buffer.ts";
import { cacheVectors } from "../reference/cache_vectors.ts";
import { numberToBf16, numberToF16 } from "../reference/half.ts";
import { quantizeRows } from "../weights/quantize.ts";

/** Seeded inputs for scenarios. */
export class Data {
  readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** `count` numbers, uniform in [-size, size). */
  floats(count: number, size = 1): Float32Array {
    return Float32Array.from({ length: count }, () => (this.random.next() * 2 - 1) * size);
  }

  /** `count` integers in [0, end). */
  integers(count: number, end: number): Uint32Array {
    return Uint32Array.from({ length: count }, () => this.random.integer(0, end - 1));
  }

  /** 0..count-1 in random order. */
  shuffled(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.random.integer(0, i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}

/** The values as they lie in device memory. */
export function encode(values: Float32Array, dtype: FloatDtype): Float32Array | Uint16Array {
  if (dtype === "f32") return values;
  return Uint16Array.from(values, dtype === "f16" ? numberToF16 : numberToBf16);
}

/** The values [numBlocks * blockSize, kvHeads, headDim] as a K or V cache in device memory. */
export function encodeCache(values: Float32Array, kv: KvShape): Float32Array | Uint16Array | Uint32Array {
  if (kv.dtype !== "int8") return encode(values, kv.dtype);
  const { numBlocks, blockSize, kvHeads, headDim } = kv;
  const buffer = new ReferenceBuffer("cache", new ArrayBuffer(numBlocks * kvBlockBytes(kv)));
  const vectors = cacheVectors(buffer, kv);
  for (let i = 0; i < numBlocks * blockSize * kvHeads; i++) {
    vectors.write(Math.floor(i / kvHeads), i % kvHeads, values, i * headDim);
  }
  return buffer.u32;
}

/** The numbers in a cache's bytes, as `encodeCache` took them. */
export function decodeCache(bytes: Uint8Array, kv: KvShape): Float64Array {
  const { numBlocks, blockSize, kvHeads, headDim } = kv;
  const vectors = cacheVectors(new ReferenceBuffer("cache", bytes.slice().buffer), kv);
  const values = new Float64Array(numBlocks * blockSize * kvHeads * headDim);
  for (let i = 0; i < values.length / headDim; i++) {
    vectors.addTo(values.subarray(i * headDim), 1, Math.floor(i / kvHeads), i % kvHeads);
  }
  return values;
}

/** The values [n, cols] as a weight's rows in device memory. */
export function encodeRows(values: Float32Array, cols: number, dtype: WeightDtype): Float32Array | Uint16Array {
  if (dtype === "int8" || dtype === "int4") return new Uint16Array(quantizeRows(values, cols, dtype).buffer);
  const padded = new Float32Array((values.length / cols) * paddedCols(cols));
  for (let row = 0; row * cols < values.length; row++) {
    padded.set(values.subarray(row * cols, (row + 1) * cols), row * paddedCols(cols));
  }
  return encode(padded, dtype);
}

export function weight(
  buffer: DeviceBuffer,
  dtype: WeightDtype,
  rows: number,
  cols: number,
  roundsInput = false,
): Weight {
  return { buffer, dtype, rows, cols, ...(roundsInput && { roundsInput }) };
}

/** Elements of one K or V cache. */
export function cacheLength({ numBlocks, blockSize, kvHeads, headDim }: KvShape): number {
  return numBlocks * blockSize * kvHeads * headDim;
}
