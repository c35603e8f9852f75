import type { FileHandle } from "node:fs/promises";
import { assert } from "../base/assert.ts";
import { type Checkpoint, CheckpointError } from "../contracts/weights.ts";
import { readJson } from "./json.ts";
import type { StoredTensor } from "./safetensors.ts";
import { closeShards, openShards, type Shards } from "./shards.ts";

/** Bytes of one chunk, a multiple of 4. Two of them are all that streaming a checkpoint keeps in memory. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Opens a model directory: config.json and its safetensors files, whose headers are read and checked. The weights stay
 * on disk until they are read. Throws CheckpointError naming the file and tensor.
 */
export async function openCheckpoint(directory: string): Promise<Checkpoint> {
  const config = await readJson(directory, "config.json");
  return new SafetensorsCheckpoint(directory, config, await openShards(directory));
}

class SafetensorsCheckpoint implements Checkpoint {
  readonly directory: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly #shards: Shards;
  readonly #buffers = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES)] as const;
  #reading = false;

  constructor(directory: string, config: Record<string, unknown>, shards: Shards) {
    this.directory = directory;
    this.config = config;
    this.#shards = shards;
  }

  get tensors(): ReadonlyMap<string, StoredTensor> {
    return this.#shards.tensors;
  }

  /**
   * One tensor at a time, and a chunk is valid only until the next one is asked for: the next chunk is read into one
   * buffer while the caller works on the other.
   */
  async *read(name: string): AsyncGenerator<Uint8Array, void, undefined> {
    const tensor = this.#shards.tensors.get(name);
    if (!tensor) throw new CheckpointError(`Cannot read ${this.directory}: there is no tensor "${name}" in it`);
    const handle = this.#shards.handles.get(tensor.file);
    assert(handle, `tensor ${name} is read after its checkpoint was closed`);
    assert(!this.#reading, `tensor ${name} is read while another is being read`);
    this.#reading = true;
    let ahead: Promise<Uint8Array> | null = null;
    try {
      const chunkAt = (position: number) => {
        if (position >= tensor.bytes) return null;
        const buffer = this.#buffers[(position / CHUNK_BYTES) % 2]!;
        return fill(handle, tensor, position, buffer.subarray(0, Math.min(CHUNK_BYTES, tensor.bytes - position)));
      };
      ahead = chunkAt(0);
      for (let position = 0; ahead; position += CHUNK_BYTES) {
        const chunk: Uint8Array = await ahead;
        ahead = chunkAt(position + CHUNK_BYTES);
        yield chunk;
      }
    } finally {
      // A caller that leaves early must not find the buffers written under the next tensor's chunks.
      await ahead?.catch(() => undefined);
      this.#reading = false;
    }
  }

  close(): Promise<void> {
    return closeShards(this.#shards);
  }
}

/** Fills `chunk` with the tensor's bytes from `position` on. */
async function fill(handle: FileHandle, tensor: StoredTensor, position: number, chunk: Uint8Array) {
  for (let done = 0; done < chunk.length; ) {
    const { bytesRead } = await handle.read(chunk, done, chunk.length - done, tensor.offset + position + done);
    if (bytesRead === 0)
      throw new CheckpointError(
        `Cannot read ${tensor.file}: tensor "${tensor.name}": expected ${tensor.bytes} bytes: ` +
          `received ${position + done}; the file has shrunk since it was opened`,
      );
    done += bytesRead;
  }
  return chunk;
}
