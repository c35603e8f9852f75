import { type KvDtype, type KvShape, kvBlockBytes } from "../contracts/device.ts";
import type { ModelSpec } from "../contracts/model_spec.ts";

export interface MemoryRequest {
  /** Bytes for K and V of all layers; null: enough for every sequence at full length, at most `defaultKvBytes`. */
  readonly kvCacheBytes: number | null;
  /** Exact number of blocks, which wins over `kvCacheBytes`. */
  readonly numBlocks: number | null;
  readonly defaultKvBytes: number;
  readonly blockSize: number;
  readonly kvDtype: KvDtype;
  readonly maxSequences: number;
  /** Longest sequence; null: as long as the model's positions and the cache allow. */
  readonly maxModelLen: number | null;
  /** Largest single buffer of the device in bytes; each layer has one for K and one for V. */
  readonly maxBufferBytes: number;
}

export interface MemoryPlan {
  readonly kv: KvShape;
  readonly maxModelLen: number;
  readonly maxBlocksPerSeq: number;
  /** Bytes of all layers' K and V, the null block counted. */
  readonly kvBytes: number;
}

/** The memory asked for cannot hold what was asked for. */
export class MemoryPlanError extends Error {
  override name = "MemoryPlanError";
}

/** Bytes of one block over all layers, K and V. */
export function blockBytes(spec: ModelSpec, dtype: KvDtype, blockSize: number): number {
  return 2 * spec.numLayers * partBytes(spec, dtype, blockSize);
}

/** Bytes of one block in one layer's K (or V) buffer. */
function partBytes({ numKvHeads, headDim }: ModelSpec, dtype: KvDtype, blockSize: number): number {
  return kvBlockBytes({ dtype, blockSize, kvHeads: numKvHeads, headDim });
}

/** Divides the KV memory into blocks and says how long a sequence may grow. Throws MemoryPlanError naming the flags. */
export function planMemory(spec: ModelSpec, request: MemoryRequest): MemoryPlan {
  const { blockSize, kvDtype, maxSequences } = request;
  const wantedLen = request.maxModelLen ?? spec.maxPositions;
  if (wantedLen > spec.maxPositions) {
    throw new MemoryPlanError(
      `Cannot use --max-model-len ${wantedLen}: the model has positions for ${spec.maxPositions} tokens`,
    );
  }
  const bytesPerBlock = blockBytes(spec, kvDtype, blockSize);
  // Block 0 is the null block, which takes room but is never handed out.
  const fitsBuffer = Math.floor(request.maxBufferBytes / partBytes(spec, kvDtype, blockSize)) - 1;
  const enough = maxSequences * Math.ceil(wantedLen / blockSize);
  const budget = request.kvCacheBytes ?? request.defaultKvBytes;
  const fitsBudget = Math.floor(budget / bytesPerBlock) - 1;
  const numBlocks =
    request.numBlocks ?? Math.min(fitsBudget, fitsBuffer, request.kvCacheBytes === null ? enough : fitsBudget);
  if (numBlocks > fitsBuffer) {
    throw new MemoryPlanError(
      `Cannot use --num-gpu-blocks-override ${numBlocks}: a buffer of this device holds ${fitsBuffer} blocks of ${blockSize} tokens`,
    );
  }
  if (numBlocks < 1) {
    throw new MemoryPlanError(
      `Cannot fit a block of ${blockSize} tokens (${bytesPerBlock} bytes) and the null block into ${budget} bytes: raise --kv-cache-memory`,
    );
  }
  const capacity = numBlocks * blockSize;
  if (request.maxModelLen !== null && request.maxModelLen > capacity) {
    throw new MemoryPlanError(
      `Cannot serve --max-model-len ${request.maxModelLen}: ${numBlocks} blocks of ${blockSize} hold ${capacity} tokens; raise --kv-cache-memory or lower --max-model-len`,
    );
  }
  const maxModelLen = Math.min(wantedLen, capacity);
  return {
    kv: { dtype: kvDtype, numBlocks: numBlocks + 1, blockSize, kvHeads: spec.numKvHeads, headDim: spec.headDim },
    maxModelLen,
    maxBlocksPerSeq: Math.ceil(maxModelLen / blockSize),
    kvBytes: (numBlocks + 1) * bytesPerBlock,
  };
}
