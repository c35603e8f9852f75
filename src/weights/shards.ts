import { type FileHandle, open } from "node:fs/promises";
import { basename, join } from "node:path";
import { CheckpointError } from "../contracts/weights.ts";
import { readOptionalJson } from "./json.ts";
import { readHeader, type StoredTensor } from "./safetensors.ts";

/** The safetensors files of a directory, open, with the tensors that the checkpoint takes from each. */
export interface Shards {
  readonly tensors: Map<string, StoredTensor>;
  /** By path, as StoredTensor.file names it. */
  readonly handles: Map<string, FileHandle>;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/** Opens `model.safetensors`, or else the shards that its index names. Throws CheckpointError and leaves nothing open. */
export async function openShards(directory: string): Promise<Shards> {
  const shards: Shards = { tensors: new Map(), handles: new Map() };
  try {
    const single = await openShard(shards, join(directory, SINGLE));
    if (single) return { ...shards, tensors: single };
    const index = await readOptionalJson(directory, INDEX);
    if (!index) throw new CheckpointError(`Cannot read ${directory}: it holds neither ${SINGLE} nor ${INDEX}`);
    await openIndexed(shards, directory, index);
    return shards;
  } catch (error) {
    await closeShards(shards);
    throw error;
  }
}

export async function closeShards({ handles }: Shards): Promise<void> {
  await Promise.all([...handles.values()].map((handle) => handle.close()));
  handles.clear();
}

async function openIndexed(shards: Shards, directory: string, index: Record<string, unknown>): Promise<void> {
  const map = index.weight_map;
  const indexFile = join(directory, INDEX);
  if (typeof map !== "object" || map === null || Array.isArray(map))
    throw new CheckpointError(`Cannot read ${indexFile}: expected an object "weight_map": received ${typeof map}`);
  const headers = new Map<string, Map<string, StoredTensor>>();
  for (const [name, shard] of Object.entries(map)) {
    checkShardName(shard, name, indexFile);
    const file = join(directory, shard);
    const header = headers.get(file) ?? (await openShard(shards, file));
    if (!header)
      throw new CheckpointError(`Cannot read ${file}: there is no such file; ${indexFile} puts tensor "${name}" there`);
    headers.set(file, header);
    const tensor = header.get(name);
    if (!tensor)
      throw new CheckpointError(
        `Cannot read ${file}: tensor "${name}" is not in it, though ${indexFile} puts it there`,
      );
    shards.tensors.set(name, tensor);
  }
}

/** A shard lies beside its index; whatever else the name says is not followed. */
function checkShardName(shard: unknown, tensor: string, indexFile: string): asserts shard is string {
  if (typeof shard === "string" && /^[^\\\0]+\.safetensors$/.test(shard) && basename(shard) === shard) return;
  throw new CheckpointError(
    `Cannot read ${indexFile}: tensor "${tensor}": expected the name of a .safetensors file in the same directory: ` +
      `received ${JSON.stringify(shard)}`,
  );
}

/** Null where there is no such file. */
async function openShard(shards: Shards, file: string): Promise<Map<string, StoredTensor> | null> {
  try {
    const handle = await open(file, "r");
    shards.handles.set(file, handle);
    return await readHeader(handle, file);
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new CheckpointError(`Cannot read ${file}: ${(error as Error).message}`);
  }
}
