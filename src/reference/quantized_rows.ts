import { CHUNK, paddedCols, rowBytes, type Weight } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { F16_VALUES } from "./half.ts";
import type { Rows } from "./rows.ts";

/** Rows of quants that share scales. */
export interface QuantizedRows extends Rows {
  /** Unpacks a chunk of the row that begins at element `at` into `quants` and returns its scale. */
  chunkOf(at: number, chunk: number): number;
  /** Those of the chunk that was last unpacked. */
  readonly quants: Float64Array;
}

/** A quantised weight's elements (src/weights/quantize.ts), row-major; rows are read from their beginnings. */
export function quantizedRows(weight: Weight): QuantizedRows {
  const { u8, u16 } = memory(weight.buffer);
  const padded = paddedCols(weight.cols);
  const bytes = rowBytes(weight);
  const quantBytes = weight.dtype === "int8" ? padded : padded / 2;
  const unpack = weight.dtype === "int8" ? unpackInt8 : unpackInt4;
  const quants = new Float64Array(CHUNK);

  const chunkOf = (at: number, chunk: number) => {
    const row = (at / padded) * bytes;
    unpack(u8, row + chunk * (quantBytes / (padded / CHUNK)), quants);
    return F16_VALUES[u16[(row + quantBytes) / 2 + chunk]!]!;
  };
  return {
    chunkOf,
    quants,
    dot(x, from, at, count) {
      let total = 0;
      for (let begin = 0; begin < count; begin += CHUNK) {
        const scale = chunkOf(at, begin / CHUNK);
        const length = Math.min(CHUNK, count - begin);
        let sum = 0;
        for (let i = 0; i < length; i++) sum += x[from + begin + i]! * quants[i]!;
        total += sum * scale;
      }
      return total;
    },
    addTo(out, to, factor, at, count) {
      for (let begin = 0; begin < count; begin += CHUNK) {
        const scale = factor * chunkOf(at, begin / CHUNK);
        const length = Math.min(CHUNK, count - begin);
        for (let i = 0; i < length; i++) out[to + begin + i]! += scale * quants[i]!;
      }
    },
    set() {
      throw new Error(`Cannot write an element of ${weight.buffer.label}: its scale belongs to others, too`);
    },
  };
}

function unpackInt8(bytes: Uint8Array, at: number, out: Float64Array): void {
  for (let i = 0; i < CHUNK; i++) out[i] = (bytes[at + i]! << 24) >> 24;
}

function unpackInt4(bytes: Uint8Array, at: number, out: Float64Array): void {
  for (let i = 0; i < CHUNK; i += 2) {
    const pair = bytes[at + i / 2]!;
    out[i] = (pair & 15) - 8;
    out[i + 1] = (pair >> 4) - 8;
  }
}
