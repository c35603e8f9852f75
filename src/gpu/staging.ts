import type { PollPace } from "./poll_pace.ts";

/** Buffers by which bytes reach the device: a fresh one costs more than the copy, so the largest is kept, mapped. */
export class Staging {
  readonly #device: GPUDevice;
  readonly #pace: PollPace;
  #free: GPUBuffer | null = null;

  constructor(device: GPUDevice, pace: PollPace) {
    this.#device = device;
    this.#pace = pace;
  }

  /** An unmapped buffer that begins with `data`, to be copied from, submitted and then given back. */
  load(data: Uint8Array): GPUBuffer {
    const buffer = this.#take(data.byteLength);
    new Uint8Array(buffer.getMappedRange(0, data.byteLength)).set(data);
    buffer.unmap();
    return buffer;
  }

  giveBack(buffer: GPUBuffer): void {
    this.#pace
      .wait(() => buffer.mapAsync(GPUMapMode.WRITE))
      .then(
        () => this.#keep(buffer),
        () => buffer.destroy(), // The device is gone.
      );
  }

  #take(bytes: number): GPUBuffer {
    const kept = this.#free;
    if (kept && kept.size >= bytes) {
      this.#free = null;
      return kept;
    }
    const usage = GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC;
    return this.#device.createBuffer({ label: "staging", size: bytes, usage, mappedAtCreation: true });
  }

  #keep(buffer: GPUBuffer): void {
    const other = this.#free;
    const larger = other && other.size >= buffer.size ? other : buffer;
    (larger === buffer ? other : buffer)?.destroy();
    this.#free = larger;
  }
}
