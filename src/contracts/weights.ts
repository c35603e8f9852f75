/** A checkpoint as the loader sees it: named tensors whose bytes can be streamed. */

export interface TensorInfo {
  readonly name: string;
  /** safetensors dtype: F32, F16, BF16, I64, ... */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** File the bytes lie in, as a path to show in errors. */
  readonly file: string;
  readonly bytes: number;
}

export interface Checkpoint {
  readonly directory: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Parsed config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Streams a tensor's bytes in order; chunks are multiples of 4 bytes but the last, and at most 8 MiB. */
  read(name: string): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A file of the model directory is missing, malformed or does not fit. The message names the file (and tensor). */
export class CheckpointError extends Error {
  override name = "CheckpointError";
}
