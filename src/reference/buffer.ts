import type { DeviceBuffer } from "../contracts/device.ts";

/** A device buffer in host memory, with views of its bytes. */
export class ReferenceBuffer implements DeviceBuffer {
  readonly label: string;
  readonly bytes: number;
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly u16: Uint16Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;

  constructor(label: string, memory: ArrayBuffer) {
    this.label = label;
    this.bytes = memory.byteLength;
    this.u8 = new Uint8Array(memory);
    this.u16 = new Uint16Array(memory);
    this.u32 = new Uint32Array(memory);
    this.f32 = new Float32Array(memory);
  }
}

/** The memory behind a DeviceBuffer; throws where another device made it. */
export function memory(buffer: DeviceBuffer): ReferenceBuffer {
  if (buffer instanceof ReferenceBuffer) return buffer;
  throw new Error(`Cannot use buffer ${buffer.label} on the reference device: another device made it`);
}
