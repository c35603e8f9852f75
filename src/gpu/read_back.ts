/** Read-back buffers that live as long as the device; one is enough while steps do not overlap. */
export class ReadBack {
  readonly #device: GPUDevice;
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A buffer of at least `bytes`, to be copied into and then given to `words`. */
  take(bytes: number): GPUBuffer {
    const found = this.#free.findIndex((buffer) => buffer.size >= bytes);
    if (found >= 0) return this.#free.splice(found, 1)[0]!;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.#device.createBuffer({ label: "read back", size: Math.max(bytes, 1024), usage });
  }

  /** Waits for what was submitted and resolves with a copy of the buffer's first `bytes`; the buffer is free again. */
  async bytes(buffer: GPUBuffer, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    await buffer.mapAsync(GPUMapMode.READ, 0, bytes);
    const copy = new Uint8Array(buffer.getMappedRange(0, bytes)).slice();
    buffer.unmap();
    this.#free.push(buffer);
    return copy;
  }
}
