import { assert } from "../base/assert.ts";
import { type Device, type DeviceBuffer, rowBytes, type Weight, type WeightDtype } from "../contracts/device.ts";
import type { LayerSlots, LinearSlot, ModelSpec, NormSlot, TensorSlot } from "../contracts/model_spec.ts";
import type { Checkpoint } from "../contracts/weights.ts";
import { convert, weightDtype } from "../weights/dtype.ts";
import { PaddedRows } from "./padded_rows.ts";
import { WeightsDigest } from "./weights_digest.ts";

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
}

export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Host bytes that may be on their way to the device before the loader waits for them. */
const UPLOAD_WINDOW = 64 * 1024 * 1024;

/**
 * Streams a checkpoint into device buffers, tensor by tensor, a few MiB at a time. Matrices keep their dtype (or take
 * `dtype`); norms and biases become f32. The checkpoint has passed `checkFit`.
 */
export async function loadWeights(
  spec: ModelSpec,
  checkpoint: Checkpoint,
  device: Device,
  dtype: WeightDtype | "auto",
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedModel> {
  const loader = new Loader(checkpoint, device, dtype, onProgress);
  const embedding = await loader.matrix([spec.embedding]);
  const layers: LoadedLayer[] = [];
  for (const slots of spec.layers) layers.push(await loadLayer(loader, slots));
  const learned = spec.positions.kind === "learned" ? await loader.matrix([spec.positions.table]) : null;
  const finalNorm = await loader.norm(spec.finalNorm);
  const head = spec.head ? await loader.linear([spec.head]) : { weight: embedding };
  await device.flush();
  const digest = loader.digest();
  return { embedding, layers, finalNorm, head, digest, ...(learned && { learnedPositions: learned }) };
}

async function loadLayer(loader: Loader, slots: LayerSlots): Promise<LoadedLayer> {
  return {
    attentionNorm: await loader.norm(slots.attentionNorm),
    qkv: await loader.linear([slots.q, slots.k, slots.v]),
    o: await loader.linear([slots.o]),
    mlpNorm: await loader.norm(slots.mlpNorm),
    mlp:
      slots.mlp.kind === "gated"
        ? {
            kind: "gated",
            gateUp: await loader.linear([slots.mlp.gate, slots.mlp.up]),
            down: await loader.linear([slots.mlp.down]),
          }
        : { kind: "plain", up: await loader.linear([slots.mlp.up]), down: await loader.linear([slots.mlp.down]) },
  };
}

class Loader {
  #loadedBytes = 0;
  #inFlight = 0;
  readonly #digest = new WeightsDigest();
  readonly #totalBytes: number;
  readonly #checkpoint: Checkpoint;
  readonly #device: Device;
  readonly #dtype: WeightDtype | "auto";
  readonly #onProgress: (progress: LoadProgress) => void;

  constructor(
    checkpoint: Checkpoint,
    device: Device,
    dtype: WeightDtype | "auto",
    onProgress: (progress: LoadProgress) => void,
  ) {
    this.#checkpoint = checkpoint;
    this.#device = device;
    this.#dtype = dtype;
    this.#onProgress = onProgress;
    this.#totalBytes = [...checkpoint.tensors.values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
  }

  /** One matrix from the rows of one or more tensors, stacked in order. */
  async matrix(slots: readonly TensorSlot[]): Promise<Weight> {
    const [first] = slots as readonly [TensorSlot];
    const cols = first.shape[1]!;
    const rows = slots.reduce((sum, slot) => sum + slot.shape[0]!, 0);
    const dtype = this.#dtype === "auto" ? this.#commonDtype(slots) : this.#dtype;
    const bytes = rowBytes({ dtype, cols });
    const buffer = this.#device.allocate(first.name, rows * bytes);
    let offset = 0;
    for (const { name } of slots) {
      const padded = new PaddedRows(cols * (dtype === "f32" ? 4 : 2), bytes);
      offset = await this.#upload(name, dtype, buffer, offset, (data) => padded.push(data));
    }
    return { buffer, dtype, rows, cols };
  }

  async linear(slots: readonly LinearSlot[]): Promise<LoadedLinear> {
    const weight = await this.matrix(slots.map((slot) => slot.weight));
    if (!slots.some((slot) => slot.bias)) return { weight };
    const bias = this.#device.allocate(`bias of ${slots[0]!.weight.name}`, weight.rows * 4);
    let row = 0;
    for (const slot of slots) {
      // A part without a bias keeps the zeros of the allocation.
      if (slot.bias) await this.#upload(slot.bias.name, "f32", bias, row * 4);
      row += slot.weight.shape[0]!;
    }
    return { weight, bias };
  }

  async norm(slot: NormSlot): Promise<LoadedNorm> {
    const weight = await this.#vector(slot.weight);
    return slot.bias ? { weight, bias: await this.#vector(slot.bias) } : { weight };
  }

  /** Of all that was loaded; call once, at the end. */
  digest(): string {
    return this.#digest.hex();
  }

  async #vector(slot: TensorSlot): Promise<DeviceBuffer> {
    const buffer = this.#device.allocate(slot.name, slot.shape[0]! * 4);
    await this.#upload(slot.name, "f32", buffer, 0);
    return buffer;
  }

  /** Writes a tensor at `offset`, laid out by `layOut`, and returns the offset after it. */
  async #upload(
    name: string,
    dtype: WeightDtype,
    buffer: DeviceBuffer,
    offset: number,
    layOut: (data: Uint8Array) => Uint8Array = (data) => data,
  ): Promise<number> {
    const stored = this.#storedDtype(name);
    this.#digest.tensor(name, stored, dtype, this.#checkpoint.tensors.get(name)!.bytes);
    for await (const chunk of this.#checkpoint.read(name)) {
      this.#digest.chunk(chunk);
      const data = layOut(convert(chunk, stored, dtype));
      this.#device.write(buffer, offset, data);
      offset += data.byteLength;
      this.#loadedBytes += chunk.byteLength;
      this.#inFlight += data.byteLength;
      if (this.#inFlight >= UPLOAD_WINDOW) {
        await this.#device.flush();
        this.#inFlight = 0;
      }
    }
    this.#onProgress({ loadedBytes: this.#loadedBytes, totalBytes: this.#totalBytes });
    return offset;
  }

  #storedDtype(name: string): WeightDtype {
    const dtype = weightDtype(this.#checkpoint.tensors.get(name)!.dtype);
    assert(dtype, `tensor ${name} has a dtype that checkFit should have refused`);
    return dtype;
  }

  /** The dtype the tensors share; f32, which holds all of them exactly, where they differ. */
  #commonDtype(slots: readonly TensorSlot[]): WeightDtype {
    const dtypes = new Set(slots.map(({ name }) => this.#storedDtype(name)));
    return dtypes.size === 1 ? [...dtypes][0]! : "f32";
  }
}
