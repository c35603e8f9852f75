import type { Device, DeviceBuffer } from "../contracts/device.ts";
import type { ModelSpec } from "../contracts/model_spec.ts";
import type { Checkpoint } from "../contracts/weights.ts";
import { type LoadedModel, type LoadProgress, loadWeights, type MatrixTypes } from "./load_weights.ts";

/** The weights of a model whose buffers are there and can be bound, but hold nothing yet. */
export interface WeightsLayout {
  readonly parts: Omit<LoadedModel, "digest">;
  /** Streams the checkpoint into the buffers and resolves with LoadedModel's digest; call once. */
  fill(onProgress: (progress: LoadProgress) => void): Promise<string>;
}

/**
 * Allocates the weights without reading them, so that the kernels that they need are compiled while they are read. The
 * loader runs twice: the first time over a checkpoint without bytes, the second time into the buffers of the first.
 */
export async function layOutWeights(
  spec: ModelSpec,
  checkpoint: Checkpoint,
  device: Device,
  types: MatrixTypes,
): Promise<WeightsLayout> {
  const buffers: DeviceBuffer[] = [];
  const allocating = proxied(device, {
    allocate: (label, bytes) => {
      const buffer = device.allocate(label, bytes);
      buffers.push(buffer);
      return buffer;
    },
    write: () => {},
    flush: async () => {},
  });
  const parts = await loadWeights(spec, withoutBytes(checkpoint), allocating, types, () => {});
  return {
    parts,
    fill: async (onProgress) => {
      const laidOut = buffers.values();
      const filling = proxied(device, { allocate: () => laidOut.next().value! });
      return (await loadWeights(spec, checkpoint, filling, types, onProgress)).digest;
    },
  };
}

function proxied(device: Device, own: Partial<Device>): Device {
  return new Proxy(device, {
    get: (_, key) => {
      if (key in own) return own[key as keyof Device];
      const value = device[key as keyof Device];
      return typeof value === "function" ? value.bind(device) : value;
    },
  });
}

function withoutBytes(checkpoint: Checkpoint): Checkpoint {
  const { directory, config, tensors } = checkpoint;
  return { directory, config, tensors, read: async function* () {}, close: async () => {} };
}
