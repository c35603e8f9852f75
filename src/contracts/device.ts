/**
 * What a device can do. Two devices implement this seam: `src/gpu` (WebGPU) and `src/reference` (plain TypeScript,
 * the oracle). The decoder binds each operation once to its buffers; a step then runs the bound operations for any
 * number of rows, so nothing is allocated while serving.
 *
 * Activations are f32 and row-major. A "row" is one token of the step's ragged batch.
 */

export type FloatDtype = "f32" | "f16" | "bf16";

/** Integers of which a chunk's share a scale; src/weights/quantize.ts. */
export type QuantizedDtype = "int8" | "int4";

/** Element type of a weight matrix as it lies in device memory. */
export type WeightDtype = FloatDtype | QuantizedDtype;

/** Element type of the KV cache. */
export type KvDtype = "f32" | "f16" | "int8";

/** A buffer on the device. Opaque to everyone but the device that made it. */
export interface DeviceBuffer {
  readonly label: string;
  /** Size in bytes, a multiple of 4. */
  readonly bytes: number;
}

/** A part of a buffer: offset and bytes are multiples of 4. */
export interface BufferRange {
  readonly buffer: DeviceBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** Elements of a weight's row that a product adds as one (kernels/lib/chunk.wgsl). */
export const CHUNK = 32;

/** Elements of a weight's row in memory: whole chunks, the last one filled with zeros. */
export function paddedCols(cols: number): number {
  return Math.ceil(cols / CHUNK) * CHUNK;
}

/** Bytes of a chunk, those of its scale counted. */
export const CHUNK_BYTES: Readonly<Record<WeightDtype, number>> = { f32: 128, f16: 64, bf16: 64, int8: 34, int4: 18 };

/** Bytes of a weight's row in memory. */
export function rowBytes({ dtype, cols }: Pick<Weight, "dtype" | "cols">): number {
  return Math.ceil(((paddedCols(cols) / CHUNK) * CHUNK_BYTES[dtype]) / 8) * 8;
}

/** A weight matrix [rows, cols], row-major, in `dtype`, a row in `rowBytes`; `cols` is a multiple of 4. */
export interface Weight {
  readonly buffer: DeviceBuffer;
  readonly dtype: WeightDtype;
  readonly rows: number;
  readonly cols: number;
  /**
   * Products round x to int8, too, for int8 alone. With the largest magnitude of a chunk of a row of x in f32, the chunk's
   * scale is that * fround(1 / 127) and its elements become round(x * (1 / scale)), ties to even; 1 / scale is four steps
   * of Newton's from the guess 0x7ef311c7 less the scale's bits. Below 2^-90 the scale and all elements are 0, with NaN or
   * infinity the scale is NaN. The sum of a chunk's integers joins the row's as fma(sum, scale of x * scale of the weight).
   */
  readonly roundsInput?: true;
}

/** An operation bound to its buffers. Only the device that made it can run it. */
export interface Op {
  /** Name for profiles and error messages, such as `linear layers.3.mlp.down`. */
  readonly name: string;
}

/** What changes from step to step; every bound operation reads its extents here. */
export interface StepShape {
  /** Tokens computed in this step. */
  readonly rows: number;
  /** Rows [0, decodeRows) are the only row of their sequence in this step; the rest belong to prefill chunks. */
  readonly decodeRows: number;
  /** Rows whose logits are sampled. */
  readonly samples: number;
  /** Block copies to do before anything else. */
  readonly copies: number;
  /** Longest context of any row, in tokens, the row itself counted. */
  readonly maxContext: number;
  /** At least the samples that min-p, top-k, top-p or typical-p filter; 0: there are none. */
  readonly filtered: number;
  /** Pairs in the samples' lists of edits; 0: `editLogits` does nothing in this step. */
  readonly edits: number;
  /** Alternatives that `logprobs` names a sample, at most the vocabulary; -1: it does nothing in this step. */
  readonly topLogprobs: number;
}

/** Which of the step's extents an operation walks over. */
export type RowKind = "tokens" | "samples";

export type Activation = "none" | "silu" | "gelu" | "gelu_tanh" | "relu";

export interface EmbedArgs {
  /** f32 [rows, width]. */
  out: DeviceBuffer;
  /** Token table [vocab, width]. */
  table: Weight;
  /** u32 [rows]: ids, or SAMPLED (`contracts/runner.ts`) plus a place in `sampledIds`. */
  tokenIds: DeviceBuffer;
  /** u32 [samples]: ids, or NOT_A_TOKEN, whose row is any. Absent: `tokenIds` are all ids. */
  sampledIds?: DeviceBuffer;
  /** Learned positions: row `positions[r] + offset` of `table` is added (OPT: offset 2). */
  learned?: { table: Weight; positions: DeviceBuffer; offset: number };
}

export interface NormArgs {
  /** f32 [n, width], n = step.rows or step.samples. */
  out: DeviceBuffer;
  /** f32 [rows, width]. */
  x: DeviceBuffer;
  /** f32 [width]. */
  weight: DeviceBuffer;
  /** f32 [width]; LayerNorm only. */
  bias?: DeviceBuffer;
  kind: "rms" | "layer";
  epsilon: number;
  width: number;
  /** With "samples", out[i] = norm(x[rowIndex[i]]) for the step's samples; `rowIndex` is u32 [samples]. */
  gather?: DeviceBuffer;
}

/** A norm of x whose result one operation alone reads. */
export interface InputNorm extends Pick<NormArgs, "weight" | "bias" | "kind" | "epsilon"> {
  /** f32 [rows, width]: room for the normalised x; a device may leave it as it is. */
  out: DeviceBuffer;
}

export interface LinearArgs {
  /** f32 [n, weight.rows]. */
  out: DeviceBuffer;
  /** f32 [n, weight.cols]. */
  x: DeviceBuffer;
  /** With rows "tokens" alone. */
  norm?: InputNorm;
  weight: Weight;
  /** f32 [weight.rows]. */
  bias?: DeviceBuffer;
  activation: Activation;
  /** "store": out = f(xWᵀ + b); "add": out = out + f(xWᵀ + b), the residual. */
  write: "store" | "add";
  rows: RowKind;
}

export interface GatedLinearArgs {
  /** f32 [rows, inner]. */
  out: DeviceBuffer;
  /** f32 [rows, weight.cols]. */
  x: DeviceBuffer;
  norm?: InputNorm;
  /** Gate rows, then up rows: [2 * inner, hidden]. out = activation(gate) * up. */
  weight: Weight;
  /** f32 [2 * inner]. */
  bias?: DeviceBuffer;
  activation: Activation;
}

/**
 * Shape of one layer's KV cache: slot-major, [numBlocks * blockSize, kvHeads, headDim] for K and for V. In int8 each
 * block's vectors are followed by their scales, f32 [blockSize, kvHeads].
 */
export interface KvShape {
  readonly dtype: KvDtype;
  readonly numBlocks: number;
  readonly blockSize: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Bytes of one block in one K or V cache. */
export function kvBlockBytes({ dtype, blockSize, kvHeads, headDim }: Omit<KvShape, "numBlocks">): number {
  const vectorBytes = dtype === "int8" ? headDim + 4 : headDim * (dtype === "f32" ? 4 : 2);
  return blockSize * kvHeads * vectorBytes;
}

export interface RopeArgs {
  /** f32 [rows, (heads + 2 * kvHeads) * headDim]: q, k and v side by side. */
  qkv: DeviceBuffer;
  /** f32 [rows, heads * headDim], rotated. */
  q: DeviceBuffer;
  keys: DeviceBuffer;
  values: DeviceBuffer;
  kv: KvShape;
  heads: number;
  /** u32 [rows]. */
  positions: DeviceBuffer;
  /** u32 [rows]: slot = block * blockSize + offset, where this row's K and V go. */
  slots: DeviceBuffer;
  /** f32 [maxModelLen, headDim] as [cos(headDim/2) | sin(headDim/2)]; absent: no rotation (learned positions). */
  rotation?: DeviceBuffer;
}

/** The product that makes q, k and v, and their rotation and writing. */
export interface QkvArgs extends RopeArgs {
  /** f32 [rows, weight.cols]. */
  x: DeviceBuffer;
  norm?: InputNorm;
  /** Rows of q, then k, then v. */
  weight: Weight;
  /** f32 [weight.rows]. */
  bias?: DeviceBuffer;
}

export interface AttentionArgs {
  /** f32 [rows, heads * headDim]. */
  out: DeviceBuffer;
  /** f32 [rows, heads * headDim]. */
  q: DeviceBuffer;
  keys: DeviceBuffer;
  values: DeviceBuffer;
  kv: KvShape;
  heads: number;
  scale: number;
  /** u32 [rows]; row r attends to positions 0..positions[r] of its sequence. */
  positions: DeviceBuffer;
  /** u32 [rows]: which row of `blockTables` belongs to this token. */
  sequences: DeviceBuffer;
  /** u32 [maxSeqs, maxBlocksPerSeq]: physical block of each logical block. */
  blockTables: DeviceBuffer;
  maxBlocksPerSeq: number;
}

export interface CopyBlocksArgs {
  /** Every layer's K and V buffers. */
  caches: readonly DeviceBuffer[];
  kv: KvShape;
  /** u32 [copies, 2]: source block, destination block. Sources and destinations never overlap within a step. */
  copies: DeviceBuffer;
}

/** Edits of the logits in place: bias, bars and penalties; or what undoes them. */
export interface EditLogitsArgs {
  /** f32 [samples, vocab]. */
  logits: DeviceBuffer;
  vocab: number;
  /** One row of SAMPLING_WORDS u32 words per sample; see `contracts/runner.ts`. */
  sampling: DeviceBuffer;
  /** u32 [edits, 2], as in StepInput. */
  edits: DeviceBuffer;
  /** u32 [edits]: bits of the logits that were edited, kept for "undo". */
  originals: DeviceBuffer;
  direction: "do" | "undo";
}

export interface SampleArgs {
  /** u32 [samples]: the chosen ids, or NOT_A_TOKEN where a row's logits are not finite or all tokens are barred. */
  out: DeviceBuffer;
  /** f32 [samples, vocab]. */
  logits: DeviceBuffer;
  vocab: number;
  /** One row of SAMPLING_WORDS u32 words per sample; see `contracts/runner.ts`. */
  sampling: DeviceBuffer;
  /** u32 [masks, maskWords(vocab)], as in StepInput. */
  masks: DeviceBuffer;
}

/** Log-probabilities as src/contracts/runner.ts has them in StepLogprobs; `count` is the step's `topLogprobs`. */
export interface LogprobsArgs {
  /** f32 [samples]: of `tokenIds`. */
  chosen: DeviceBuffer;
  /** u32 [samples]: the places of `tokenIds`. */
  ranks: DeviceBuffer;
  /** u32 [samples, count] */
  topIds: DeviceBuffer;
  /** f32 [samples, count] */
  topLogprobs: DeviceBuffer;
  /** f32 [samples, vocab] */
  logits: DeviceBuffer;
  /** u32 [samples]: tokens below `vocab`, or NOT_A_TOKEN. */
  tokenIds: DeviceBuffer;
  vocab: number;
}

/** Written by `sample` where no token can be chosen: the logits hold NaN or infinity, or every token is barred. */
export const NOT_A_TOKEN = 0xffffffff;

/** Binds operations. Each call validates shapes once and throws where they do not fit. */
export interface Ops {
  embed(name: string, args: EmbedArgs): Op;
  norm(name: string, args: NormArgs): Op;
  linear(name: string, args: LinearArgs): Op;
  gatedLinear(name: string, args: GatedLinearArgs): Op;
  /** As `linear` into `qkv` and then `ropeAndWrite`, to the same bits; a device may leave `qkv` as it is. */
  qkv(name: string, args: QkvArgs): Op;
  /** Rotates q and k by position and writes k and v into their slots. */
  ropeAndWrite(name: string, args: RopeArgs): Op;
  attention(name: string, args: AttentionArgs): Op;
  copyBlocks(name: string, args: CopyBlocksArgs): Op;
  editLogits(name: string, args: EditLogitsArgs): Op;
  sample(name: string, args: SampleArgs): Op;
  logprobs(name: string, args: LogprobsArgs): Op;
}

export interface Device {
  readonly kind: "webgpu" | "reference";
  /** Human-readable adapter name. */
  readonly name: string;
  /** All that is known of adapter and driver: where it is the same, the same operations give the same bits. */
  readonly identity: string;
  /** It computes on the host's own processor. */
  readonly sharesHost: boolean;
  readonly ops: Ops;
  /** Largest buffer in bytes; only a weight may be this large. */
  readonly maxBufferBytes: number;
  /** Largest buffer that an operation can bind whole, which every buffer but a weight must be. */
  readonly maxBindingBytes: number;
  /** Zero-filled. Throws `DeviceMemoryError` when the device has no room or the size passes `maxBufferBytes`. */
  allocate(label: string, bytes: number): DeviceBuffer;
  /** Copies `data` (a multiple of 4 bytes) to `offset` (a multiple of 4). Ordered before every later `run`. */
  write(buffer: DeviceBuffer, offset: number, data: Uint8Array | Uint32Array | Float32Array): void;
  /** Resolves once everything written so far has left host memory; called between large uploads to bound memory. */
  flush(): Promise<void>;
  /** Copies `data` to the ranges, one after the other, which it fills exactly. Ordered before every later `run`. */
  scatter(ranges: readonly BufferRange[], data: Uint8Array): void;
  /** Reads back the ranges, one after the other, after all earlier runs. */
  gather(ranges: readonly BufferRange[]): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Compiles what the bound operations need, in parallel; called once before the first `run`. What these steps need is
   * ready to run then; the rest may cost its first step more, on adapters that are a CPU, where it is compiled meanwhile.
   */
  prepare(ops: readonly Op[], steps?: readonly StepShape[]): Promise<void>;
  /** Runs the operations in order for this step and resolves with the bytes of `results`, one after the other. */
  run(ops: readonly Op[], shape: StepShape, results: readonly BufferRange[]): Promise<Uint8Array<ArrayBuffer>>;
  /** Resolves with a sentence if the device is lost; never rejects. */
  readonly lost: Promise<string>;
  destroy(): void;
}

/** The device has no room for a buffer. */
export class DeviceMemoryError extends Error {
  override name = "DeviceMemoryError";
}
