import type { PollPace } from "./poll_pace.ts";

/** The read-back buffer, which lives as long as the device and grows to the largest read; a second where reads overlap. */
export class ReadBack {
  readonly #device: GPUDevice;
  readonly #pace: PollPace;
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice, pace: PollPace) {
    this.#device = device;
    this.#pace = pace;
  }

  /** A buffer of at least `bytes`, to be copied into and then given to `unload`. */
  take(bytes: number): GPUBuffer {
    const buffer = this.#free.pop();
    if (buffer && buffer.size >= bytes) return buffer;
    buffer?.destroy();
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.#device.createBuffer({ label: "read back", size: Math.max(bytes, 1024), usage });
  }

  /** Waits for what was submitted and copies the buffer's first bytes to `out`; the buffer is free again. */
  async unload(buffer: GPUBuffer, out: Uint8Array): Promise<void> {
    await this.#pace.wait(() => buffer.mapAsync(GPUMapMode.READ, 0, out.byteLength));
    out.set(new Uint8Array(buffer.getMappedRange(0, out.byteLength)));
    buffer.unmap();
    this.#free.push(buffer);
  }
}
