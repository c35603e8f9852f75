import { checkedOps } from "../contracts/checked_ops.ts";
import { type Device, type DeviceBuffer, DeviceMemoryError, type Op, type StepShape } from "../contracts/device.ts";
import { memory, ReferenceBuffer } from "./buffer.ts";
import type { ReferenceOp } from "./op.ts";
import { referenceOps } from "./reference_ops.ts";

/** Opens the device that computes in TypeScript: the oracle, and `--device reference`. */
export function openReferenceDevice(): Device {
  return new ReferenceDevice();
}

class ReferenceDevice implements Device {
  readonly kind = "reference";
  readonly name = "reference (TypeScript)";
  readonly ops = checkedOps(referenceOps);
  readonly maxBufferBytes = 2 ** 32 - 4;
  readonly maxBindingBytes = this.maxBufferBytes;
  /** Host memory is not lost. */
  readonly lost = new Promise<string>(() => {});

  allocate(label: string, bytes: number): DeviceBuffer {
    if (bytes > this.maxBufferBytes) {
      throw new DeviceMemoryError(
        `Cannot allocate ${label}: a buffer holds at most ${this.maxBufferBytes} bytes: received ${bytes}`,
      );
    }
    try {
      return new ReferenceBuffer(label, new ArrayBuffer(bytes));
    } catch (error) {
      throw new DeviceMemoryError(`Cannot allocate ${label}: no memory for ${bytes} bytes: ${error}`);
    }
  }

  write(buffer: DeviceBuffer, offset: number, data: Uint8Array | Uint32Array | Float32Array): void {
    memory(buffer).u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
  }

  async flush(): Promise<void> {}

  async read(buffer: DeviceBuffer, offset: number, bytes: number): Promise<Uint8Array> {
    return memory(buffer).u8.slice(offset, offset + bytes);
  }

  async prepare(): Promise<void> {}

  async run(ops: readonly Op[], shape: StepShape, result: DeviceBuffer): Promise<Uint32Array> {
    for (const op of ops) (op as ReferenceOp).compute(shape);
    return memory(result).u32.slice(0, shape.samples);
  }

  destroy(): void {}
}
