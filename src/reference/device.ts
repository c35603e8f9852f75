import { checkedOps } from "../contracts/checked_ops.ts";
import {
  type BufferRange,
  type Device,
  type DeviceBuffer,
  DeviceMemoryError,
  type Op,
  type Ops,
  type StepShape,
} from "../contracts/device.ts";
import { memory, ReferenceBuffer } from "./buffer.ts";
import type { ReferenceOp } from "./op.ts";
import type { ProductPrecision } from "./product_rows.ts";
import { referenceOps } from "./reference_ops.ts";

/**
 * Opens the device that computes in TypeScript: the oracle, and `--device reference`.
 *
 * @param products what x and W of a matrix product are rounded to first; f16 makes the oracle of matrix units
 */
export function openReferenceDevice({ products = "f32" }: { products?: ProductPrecision } = {}): Device {
  return new ReferenceDevice(products);
}

class ReferenceDevice implements Device {
  readonly kind = "reference";
  readonly sharesHost = true;
  readonly name = "reference (TypeScript)";
  readonly identity = this.name;
  readonly ops: Ops;
  readonly maxBufferBytes = 2 ** 32 - 4;
  readonly maxBindingBytes = this.maxBufferBytes;
  /** Host memory is not lost. */
  readonly lost = new Promise<string>(() => {});

  constructor(products: ProductPrecision) {
    this.ops = checkedOps(referenceOps(products));
  }

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

  scatter(ranges: readonly BufferRange[], data: Uint8Array): void {
    let at = 0;
    for (const { buffer, offset, bytes } of ranges) {
      memory(buffer).u8.set(data.subarray(at, at + bytes), offset);
      at += bytes;
    }
  }

  async gather(ranges: readonly BufferRange[]): Promise<Uint8Array<ArrayBuffer>> {
    const out = new Uint8Array(ranges.reduce((sum, { bytes }) => sum + bytes, 0));
    let at = 0;
    for (const { buffer, offset, bytes } of ranges) {
      out.set(memory(buffer).u8.subarray(offset, offset + bytes), at);
      at += bytes;
    }
    return out;
  }

  async prepare(): Promise<void> {}

  async run(ops: readonly Op[], shape: StepShape, results: readonly BufferRange[]): Promise<Uint8Array<ArrayBuffer>> {
    for (const op of ops) (op as ReferenceOp).compute(shape);
    return this.gather(results);
  }

  destroy(): void {}
}
