import type { MatrixUnit } from "../../kernels/lib/products.ts";
import type { StepShape } from "../../src/contracts/device.ts";
import type { GpuOp } from "../../src/gpu/binder.ts";
import { GpuDevice } from "../../src/gpu/device.ts";
import { record } from "../../src/gpu/recorder.ts";
import { type RequestedDevice, requestDevice } from "../../src/gpu/request_device.ts";
import { median } from "../lib/statistics.ts";

/** A GPU device and what time its commands take: by the GPU's own clock where the adapter lends it. */
export class Clock {
  readonly device: GpuDevice;
  readonly raw: GPUDevice;
  /** What the device's products of floats are computed on; null: on the lanes. */
  readonly unit: MatrixUnit | null;
  readonly #timestamps: Timestamps | null;
  /** Seconds from submitting nothing to hearing that it is done. */
  #empty = 0;

  /** `timestamps: false` does without those that the adapter has. */
  static async open(adapter?: string, { timestamps = true, subgroupMatrix = false } = {}): Promise<Clock> {
    const requested = await requestDevice({ adapter, subgroupMatrix }, timestamps ? ["timestamp-query"] : []);
    const clock = new Clock(requested);
    const { raw } = clock;
    const nothing: number[] = [];
    for (let i = 0; i < 21; i++) nothing.push(await clock.#wait(raw.createCommandEncoder()));
    clock.#empty = median(nothing);
    return clock;
  }

  private constructor(requested: RequestedDevice) {
    const raw = requested.device;
    this.raw = raw;
    this.unit = requested.units?.f16 ?? null;
    this.device = new GpuDevice(requested, {});
    this.#timestamps = raw.features.has("timestamp-query") ? new Timestamps(raw) : null;
  }

  /** What `run` measures. */
  get source(): string {
    if (this.#timestamps) return "timestamps of the GPU around the compute pass";
    return `the host's clock from submit to completion, less ${(this.#empty * 1e6).toFixed(0)} us of an empty submit`;
  }

  /** Seconds that the operations take together, one after the other in one pass. They are prepared. */
  async run(ops: readonly GpuOp[], step: StepShape): Promise<number> {
    await this.device.run([], step, []); // Writes the step's extents.
    const encoder = this.raw.createCommandEncoder();
    record(encoder, ops, step, this.#timestamps?.writes);
    if (!this.#timestamps) return this.hostTime(encoder);
    this.#timestamps.resolve(encoder);
    this.raw.queue.submit([encoder.finish()]);
    return this.#timestamps.read();
  }

  /** Seconds that the commands take by the host's clock, less those of an empty submit. */
  async hostTime(encoder: GPUCommandEncoder): Promise<number> {
    return Math.max(1e-9, (await this.#wait(encoder)) - this.#empty);
  }

  async #wait(encoder: GPUCommandEncoder): Promise<number> {
    const commands = encoder.finish();
    const start = performance.now();
    this.raw.queue.submit([commands]);
    await this.raw.queue.onSubmittedWorkDone();
    return (performance.now() - start) / 1000;
  }
}

/** Two timestamps, before and after a pass. Dawn rounds them to about 0.1 ms, so a pass should take many of these. */
class Timestamps {
  readonly writes: GPUComputePassTimestampWrites;
  readonly #querySet: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #readable: GPUBuffer;

  constructor(device: GPUDevice) {
    this.#querySet = device.createQuerySet({ type: "timestamp", count: 2 });
    this.writes = { querySet: this.#querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    this.#resolved = device.createBuffer({ size: 16, usage: QUERY_RESOLVE | COPY_SRC });
    this.#readable = device.createBuffer({ size: 16, usage: COPY_DST | MAP_READ });
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#querySet, 0, 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readable, 0, 16);
  }

  async read(): Promise<number> {
    await this.#readable.mapAsync(GPUMapMode.READ);
    const [start, end] = new BigUint64Array(this.#readable.getMappedRange().slice(0));
    this.#readable.unmap();
    return Math.max(1e-9, Number(end! - start!) / 1e9);
  }
}
