import type { BufferRange } from "../contracts/device.ts";
import { gpuBuffer } from "./buffers.ts";

export function bytesOf(ranges: readonly BufferRange[]): number {
  return ranges.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The ranges in order, in lists of at most `limit` bytes (a multiple of 4); a range that crosses is cut. */
export function* batches(ranges: readonly BufferRange[], limit: number): Generator<BufferRange[]> {
  let batch: BufferRange[] = [];
  let room = limit;
  for (const { buffer, offset, bytes } of ranges) {
    for (let done = 0; done < bytes; ) {
      const part = Math.min(bytes - done, room);
      batch.push({ buffer, offset: offset + done, bytes: part });
      done += part;
      room -= part;
      if (room > 0) continue;
      yield batch;
      batch = [];
      room = limit;
    }
  }
  if (batch.length > 0) yield batch;
}

/** Records copies between the ranges and `packed`, which holds them one after the other from its start. */
export function recordCopies(
  encoder: GPUCommandEncoder,
  ranges: readonly BufferRange[],
  packed: GPUBuffer,
  direction: "into packed" | "out of packed",
): void {
  let at = 0;
  for (const { buffer, offset, bytes } of ranges) {
    const gpu = gpuBuffer(buffer);
    if (direction === "into packed") encoder.copyBufferToBuffer(gpu, offset, packed, at, bytes);
    else encoder.copyBufferToBuffer(packed, at, gpu, offset, bytes);
    at += bytes;
  }
}
