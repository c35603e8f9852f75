import { assert } from "../base/assert.ts";
import {
  type Device,
  type DeviceBuffer,
  type FloatDtype,
  type QuantizedDtype,
  rowBytes,
  type Weight,
  type WeightDtype,
} from "../contracts/device.ts";
import type { LayerSlots, LinearSlot, ModelSpec, NormSlot, TensorSlot } from "../contracts/model_spec.ts";
import { type Checkpoint, CheckpointError } from "../contracts/weights.ts";
import { convert, weightDtype } from "../weights/dtype.ts";
import { QuantizeThreads } from "../weights/quantize_threads.ts";
import { storedRowBytes } from "../weights/stored_rows.ts";
import { PaddedRows } from "./padded_rows.ts";
import { WeightsDigest } from "./weights_digest.ts";
import { WholeRows } from "./whole_rows.ts";

export interface LoadedLinear {
  readonly weight: Weight;
  /** f32 [weight.rows] */
  readonly bias?: DeviceBuffer;
}

export interface LoadedNorm {
  /** f32 [width] */
  readonly weight: DeviceBuffer;
  readonly bias?: DeviceBuffer;
}

export interface LoadedLayer {
  readonly attentionNorm: LoadedNorm;
  /** Rows of q, then k, then v. */
  readonly qkv: LoadedLinear;
  readonly o: LoadedLinear;
  readonly mlpNorm: LoadedNorm;
  readonly mlp: /** `gateUp` holds the rows of gate, then those of up. */
    | { readonly kind: "gated"; readonly gateUp: LoadedLinear; readonly down: LoadedLinear }
    | { readonly kind: "plain"; readonly up: LoadedLinear; readonly down: LoadedLinear };
}

export interface LoadedModel {
  readonly embedding: Weight;
  readonly learnedPositions?: Weight;
  readonly layers: readonly LoadedLayer[];
  readonly finalNorm: LoadedNorm;
  readonly head: LoadedLinear;
  /** Tells checkpoints apart; WeightsDigest. Pending while the weights are read. */
  readonly digest: string | Promise<string>;
  /** Of all weights in device memory. */
  readonly bytes: number;
}

export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** How matrices are quantised. w8a8: as int8, and their products round x to int8, too. */
export type Quantization = QuantizedDtype | "w8a8";

/** What the matrices become on the device. */
export interface MatrixTypes {
  /** Of those that are not quantised; auto: as they are stored. */
  readonly dtype: FloatDtype | "auto";
  /**
   * Of the layers' matrices. The head becomes int8 with int4, too, and with it an embedding table that is the head; another
   * table stays as it is.
   */
  readonly quantization: Quantization | "none";
}

/** Host bytes that may be on their way to the device before the loader waits for them. */
const UPLOAD_WINDOW = 64 * 1024 * 1024;

/**
 * Streams a checkpoint into device buffers, tensor by tensor, a few MiB at a time. Matrices become what
 * `types` says; norms and biases become f32. The checkpoint has passed `checkFit`. Throws CheckpointError where a tensor
 * cannot be quantised.
 */
export async function loadWeights(
  spec: ModelSpec,
  checkpoint: Checkpoint,
  device: Device,
  { dtype, quantization }: MatrixTypes,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedModel> {
  using loader = new Loader(checkpoint, device, dtype, onProgress);
  const inLayers = quantization === "none" ? null : quantization;
  const inHead = inLayers === "int4" ? "int8" : inLayers;
  const embedding = await loader.matrix([spec.embedding], spec.head ? null : inHead);
  const layers: LoadedLayer[] = [];
  for (const slots of spec.layers) layers.push(await loadLayer(loader, slots, inLayers));
  const learned = spec.positions.kind === "learned" ? await loader.matrix([spec.positions.table], null) : null;
  const finalNorm = await loader.norm(spec.finalNorm);
  const head = spec.head ? await loader.linear([spec.head], inHead) : { weight: embedding };
  const { digest, bytes } = await loader.end();
  return { embedding, layers, finalNorm, head, digest, bytes, ...(learned && { learnedPositions: learned }) };
}

async function loadLayer(loader: Loader, slots: LayerSlots, quantized: Quantization | null): Promise<LoadedLayer> {
  return {
    attentionNorm: await loader.norm(slots.attentionNorm),
    qkv: await loader.linear([slots.q, slots.k, slots.v], quantized),
    o: await loader.linear([slots.o], quantized),
    mlpNorm: await loader.norm(slots.mlpNorm),
    mlp:
      slots.mlp.kind === "gated"
        ? {
            kind: "gated",
            gateUp: await loader.linear([slots.mlp.gate, slots.mlp.up], quantized),
            down: await loader.linear([slots.mlp.down], quantized),
          }
        : {
            kind: "plain",
            up: await loader.linear([slots.mlp.up], quantized),
            down: await loader.linear([slots.mlp.down], quantized),
          },
  };
}

/** Where the next rows of a weight go. */
interface Place {
  readonly buffer: DeviceBuffer;
  /** In bytes. */
  offset: number;
}

/** Lays out a chunk of a tensor as it lies in device memory. A promise's bytes are its own; others last until the next chunk. */
type LayOut = (chunk: Uint8Array) => Uint8Array | Promise<Uint8Array>;

class Loader {
  #loadedBytes = 0;
  #deviceBytes = 0;
  #inFlight = 0;
  readonly #threads = new QuantizeThreads();
  /** What is being quantised, in the order in which it will be written. */
  readonly #quantizing: { readonly rows: Promise<Uint8Array>; readonly place: Place }[] = [];
  readonly #digest = new WeightsDigest();
  readonly #totalBytes: number;
  readonly #checkpoint: Checkpoint;
  readonly #device: Device;
  readonly #dtype: FloatDtype | "auto";
  readonly #onProgress: (progress: LoadProgress) => void;

  constructor(
    checkpoint: Checkpoint,
    device: Device,
    dtype: FloatDtype | "auto",
    onProgress: (progress: LoadProgress) => void,
  ) {
    this.#checkpoint = checkpoint;
    this.#device = device;
    this.#dtype = dtype;
    this.#onProgress = onProgress;
    this.#totalBytes = [...checkpoint.tensors.values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
  }

  /** One matrix from the rows of one or more tensors, stacked in order. */
  async matrix(slots: readonly TensorSlot[], quantized: Quantization | null): Promise<Weight> {
    const [first] = slots as readonly [TensorSlot];
    const cols = first.shape[1]!;
    const rows = slots.reduce((sum, slot) => sum + slot.shape[0]!, 0);
    const roundsInput = quantized === "w8a8";
    const unquantized = this.#dtype === "auto" ? this.#commonDtype(slots) : this.#dtype;
    const dtype = roundsInput ? "int8" : (quantized ?? unquantized);
    const buffer = this.#allocate(first.name, rows * rowBytes({ dtype, cols }));
    const place = { buffer, offset: 0 };
    for (const { name } of slots) {
      await this.#upload(name, quantized ?? dtype, place, this.#layOutOf(name, dtype, cols));
    }
    return { buffer, dtype, rows, cols, ...(roundsInput && { roundsInput }) };
  }

  async linear(slots: readonly LinearSlot[], quantized: Quantization | null): Promise<LoadedLinear> {
    const weight = await this.matrix(
      slots.map((slot) => slot.weight),
      quantized,
    );
    if (!slots.some((slot) => slot.bias)) return { weight };
    const bias = this.#allocate(`bias of ${slots[0]!.weight.name}`, weight.rows * 4);
    let row = 0;
    for (const slot of slots) {
      // A part without a bias keeps the zeros of the allocation.
      if (slot.bias) await this.#uploadVector(slot.bias.name, bias, row * 4);
      row += slot.weight.shape[0]!;
    }
    return { weight, bias };
  }

  async norm(slot: NormSlot): Promise<LoadedNorm> {
    const weight = await this.#vector(slot.weight);
    return slot.bias ? { weight, bias: await this.#vector(slot.bias) } : { weight };
  }

  /** Waits for the device to have everything. What LoadedModel says of all that was loaded; call once, at the end. */
  async end(): Promise<Pick<LoadedModel, "digest" | "bytes">> {
    await this.#writeQuantized(0);
    await this.#device.flush();
    return { digest: this.#digest.hex(), bytes: this.#deviceBytes };
  }

  async #vector(slot: TensorSlot): Promise<DeviceBuffer> {
    const buffer = this.#allocate(slot.name, slot.shape[0]! * 4);
    await this.#uploadVector(slot.name, buffer, 0);
    return buffer;
  }

  async #uploadVector(name: string, buffer: DeviceBuffer, offset: number): Promise<void> {
    const stored = this.#storedDtype(name);
    await this.#upload(name, "f32", { buffer, offset }, (chunk) => convert(chunk, stored, "f32"));
  }

  #allocate(label: string, bytes: number): DeviceBuffer {
    this.#deviceBytes += bytes;
    return this.#device.allocate(label, bytes);
  }

  [Symbol.dispose](): void {
    this.#threads.close();
  }

  /** Sends a tensor on its way to its place. `kept` is for the digest. */
  async #upload(name: string, kept: WeightDtype | Quantization, place: Place, layOut: LayOut): Promise<void> {
    const stored = this.#storedDtype(name);
    this.#digest.tensor(name, stored, kept, this.#checkpoint.tensors.get(name)!.bytes);
    for await (const chunk of this.#checkpoint.read(name)) {
      this.#digest.chunk(chunk);
      const rows = layOut(chunk);
      if (rows instanceof Uint8Array) await this.#write(rows, place);
      else {
        this.#quantizing.push({ rows, place });
        // A failure is dealt with when its turn comes.
        rows.catch(() => {});
        await this.#writeQuantized(this.#threads.wanted);
      }
      this.#loadedBytes += chunk.byteLength;
    }
    this.#onProgress({ loadedBytes: this.#loadedBytes, totalBytes: this.#totalBytes });
  }

  async #write(rows: Uint8Array, place: Place): Promise<void> {
    this.#device.write(place.buffer, place.offset, rows);
    place.offset += rows.byteLength;
    this.#inFlight += rows.byteLength;
    if (this.#inFlight < UPLOAD_WINDOW) return;
    await this.#device.flush();
    this.#inFlight = 0;
  }

  /** Writes what is quantised, in turn, until only `most` are awaited. */
  async #writeQuantized(most: number): Promise<void> {
    while (this.#quantizing.length > most) {
      const { rows, place } = this.#quantizing.shift()!;
      await this.#write(await rows, place);
    }
  }

  /** What turns a tensor's bytes, chunk by chunk, into rows as they lie in device memory. */
  #layOutOf(name: string, dtype: WeightDtype, cols: number): LayOut {
    const stored = this.#storedDtype(name);
    if (dtype !== "int8" && dtype !== "int4") {
      const rows = new PaddedRows(storedRowBytes(dtype, cols), rowBytes({ dtype, cols }));
      return (chunk) => rows.push(convert(chunk, stored, dtype));
    }
    const bytes = storedRowBytes(stored, cols);
    const cut = new WholeRows(bytes);
    const refuse = ({ message }: Error) => {
      throw new CheckpointError(`Cannot quantise tensor "${name}": ${message}`);
    };
    return (chunk) => {
      const { buffer, length } = cut.push(chunk);
      return this.#threads.quantize({ buffer, rows: length / bytes, cols, stored, dtype }).catch(refuse);
    };
  }

  #storedDtype(name: string): FloatDtype {
    const dtype = weightDtype(this.#checkpoint.tensors.get(name)!.dtype);
    assert(dtype, `tensor ${name} has a dtype that checkFit should have refused`);
    return dtype;
  }

  /** The dtype the tensors share; f32, which holds all of them exactly, where they differ. */
  #commonDtype(slots: readonly TensorSlot[]): FloatDtype {
    const dtypes = new Set(slots.map(({ name }) => this.#storedDtype(name)));
    return dtypes.size === 1 ? [...dtypes][0]! : "f32";
  }
}
