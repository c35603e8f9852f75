import { type FileHandle, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FloatDtype } from "../../src/contracts/device.ts";

/** A tensor to be written: `bytes` streams its elements in order, all of them. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  bytes(): Iterable<Uint8Array>;
}

/**
 * Writes tensors of one dtype as `model.safetensors`, or as shards of at most `shardBytes` with their index where they
 * are more. No more than what `bytes` yields at once is held. Returns the bytes of all tensors.
 */
export async function writeSafetensors(
  directory: string,
  tensors: readonly TensorToWrite[],
  dtype: FloatDtype,
  shardBytes = 4e9,
): Promise<number> {
  const size = ({ shape }: TensorToWrite) => shape.reduce((product, extent) => product * extent, BYTES[dtype]);
  const shards: TensorToWrite[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    if (filled > 0 && filled + size(tensor) > shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(tensor);
    filled += size(tensor);
  }
  const total = tensors.reduce((sum, tensor) => sum + size(tensor), 0);
  const nameOf = (i: number) =>
    shards.length === 1 ? "model.safetensors" : `model-${padded(i + 1)}-of-${padded(shards.length)}.safetensors`;
  const places: Record<string, string> = {};
  for (const [i, shard] of shards.entries()) {
    for (const { name } of shard) places[name] = nameOf(i);
    const handle = await open(join(directory, nameOf(i)), "w");
    try {
      await writeShard(handle, shard, dtype, size);
    } finally {
      await handle.close();
    }
  }
  if (shards.length > 1) {
    const index = { metadata: { total_size: total }, weight_map: places };
    await writeFile(join(directory, "model.safetensors.index.json"), `${JSON.stringify(index, null, 1)}\n`);
  }
  return total;
}

const BYTES: Readonly<Record<FloatDtype, number>> = { f32: 4, f16: 2, bf16: 2 };

const padded = (n: number) => String(n).padStart(5, "0");

async function writeShard(
  handle: FileHandle,
  tensors: readonly TensorToWrite[],
  dtype: FloatDtype,
  size: (tensor: TensorToWrite) => number,
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let end = 0;
  for (const tensor of tensors) {
    const begin = end;
    end += size(tensor);
    header[tensor.name] = { dtype: dtype.toUpperCase(), shape: tensor.shape, data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header);
  // The format's own library pads with spaces, so that tensors start on multiples of 8.
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = new BigUint64Array([BigInt(json.length)]);
  await handle.writeFile(new Uint8Array(length.buffer));
  await handle.writeFile(json);
  for (const tensor of tensors) {
    let written = 0;
    for (const chunk of tensor.bytes()) {
      await handle.writeFile(chunk);
      written += chunk.length;
    }
    if (written !== size(tensor)) {
      throw new Error(`Cannot write ${tensor.name}: it has ${size(tensor)} bytes: received ${written}`);
    }
  }
}
