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
import type { AdapterInfo } from "./adapter_info.ts";
import { Binder, type GpuOp } from "./binder.ts";
import { GpuBuffer, gpuBuffer } from "./buffers.ts";
import { firstDispatches, laterDispatches } from "./first_dispatches.ts";
import { GpuOps } from "./gpu_ops.ts";
import type { Lanes } from "./ops/product.ts";
import { Pipelines } from "./pipelines.ts";
import { PollPace } from "./poll_pace.ts";
import { batches, bytesOf, recordCopies } from "./ranges.ts";
import { ReadBack } from "./read_back.ts";
import { dispatchesOf, record, STEP_BYTES, stepWords } from "./recorder.ts";
import { type RequestedDevice, requestDevice } from "./request_device.ts";
import { Staging } from "./staging.ts";

export interface GpuDeviceOptions {
  /** Part of the adapter's name; absent: the system's first choice. */
  readonly adapter?: string | undefined;
  /** Compute every product on the adapter's matrix units, from f16: faster for many rows, and other bits than without. */
  readonly subgroupMatrix?: boolean | undefined;
  /** Bind at most this many bytes at once, below what the adapter allows: makes large weights out of small ones. */
  readonly maxBindingBytes?: number;
  /** Choose kernel shapes as for this kind of adapter, not as for the one found. Changes speed, never a result. */
  readonly tuneFor?: "cpu" | "narrow cpu" | "gpu";
}

/** Opens a WebGPU device with the adapter's buffer limits. Throws GpuUnavailableError. */
export async function openGpuDevice(options: GpuDeviceOptions = {}): Promise<GpuDevice> {
  return new GpuDevice(await requestDevice(options), options);
}

/** `subgroup`: its least lanes; 0: there are none. A CPU that cannot broadcast is taken for a slow GPU. */
function lanesOf(tuneFor: NonNullable<GpuDeviceOptions["tuneFor"]>, subgroup: number): Lanes {
  if (tuneFor === "gpu" || subgroup < 4) return "gpu";
  return tuneFor === "cpu" && subgroup >= 8 ? "simd8" : "simd4";
}

/** Bytes of the largest staging buffer; more is moved in several. */
const TRANSFER_BYTES = 64 * 1024 * 1024;

/** A step that runs every operation. */
const ONE_ROW: StepShape = {
  rows: 1,
  decodeRows: 1,
  samples: 1,
  copies: 1,
  maxContext: 1,
  filtered: 1,
  edits: 1,
  topLogprobs: 1,
};

/** A WebGPU device. Errors of validation and of memory surface at the next call that waits for the GPU. */
export class GpuDevice implements Device {
  readonly kind = "webgpu";
  readonly name: string;
  readonly identity: string;
  readonly sharesHost: boolean;
  readonly info: AdapterInfo;
  readonly ops: Ops;
  readonly maxBufferBytes: number;
  /** Largest buffer that is bound whole: every buffer but a weight. */
  readonly maxBindingBytes: number;
  readonly lost: Promise<string>;
  readonly #device: GPUDevice;
  readonly #options: GpuDeviceOptions;
  readonly #pipelines: Pipelines;
  readonly #pace = new PollPace();
  readonly #readBack: ReadBack;
  readonly #staging: Staging;
  readonly #step: GPUBuffer;
  /** Out-of-memory scopes of buffers not yet known to exist. */
  #allocations: Promise<string | null>[] = [];
  #fault: string | undefined;

  constructor({ device, info, units }: RequestedDevice, options: GpuDeviceOptions) {
    this.#device = device;
    this.#options = options;
    this.info = info;
    this.sharesHost = info.isCpu;
    this.name = info.description || info.device;
    const { f16 } = units ?? {};
    const matrix = f16 ? [`matrix units of ${f16.m} x ${f16.n} x ${f16.k}`] : [];
    this.identity = [info.vendor, info.architecture, info.device, info.description, ...matrix].join(", ");
    this.maxBufferBytes = Math.floor(device.limits.maxBufferSize / 16) * 16;
    const { maxBindingBytes = Number.POSITIVE_INFINITY, tuneFor = info.isCpu ? "cpu" : "gpu" } = options;
    this.maxBindingBytes = Math.floor(Math.min(maxBindingBytes, device.limits.maxStorageBufferBindingSize) / 4) * 4;
    this.#pipelines = new Pipelines(device);
    this.#readBack = new ReadBack(device, this.#pace);
    this.#staging = new Staging(device, this.#pace);
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#step = device.createBuffer({ label: "step", size: STEP_BYTES, usage });
    const { minStorageBufferOffsetAlignment: alignment, maxStorageBuffersPerShaderStage } = device.limits;
    const limits = {
      maxBytes: this.maxBindingBytes,
      alignment,
      maxStorageBuffers: maxStorageBuffersPerShaderStage,
      maxWorkgroupBytes: device.limits.maxComputeWorkgroupStorageSize,
      wgslFeatures: new Set(info.wgslFeatures),
    };
    const allocate = (label: string, bytes: number) => this.allocate(label, bytes);
    const binder = new Binder(device, this.#pipelines, this.#step, limits, allocate);
    const lanes = lanesOf(tuneFor, device.features.has("subgroups") ? info.subgroupSize : 0);
    this.ops = checkedOps(new GpuOps(binder, allocate, lanes, units));
    this.lost = device.lost.then(({ reason, message }) => `The GPU device was lost (${reason}): ${message}`);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault(); // Dawn would print it; it is thrown instead.
      this.#fault ??= event.error.message;
    });
  }

  /** As in the contract, but WebGPU tells of lacking memory late: the error surfaces in `flush` or `prepare`. */
  allocate(label: string, bytes: number): GpuBuffer {
    if (bytes > this.maxBufferBytes) {
      throw new DeviceMemoryError(
        `Cannot allocate ${label}: a buffer holds at most ${this.maxBufferBytes} bytes: received ${bytes}`,
      );
    }
    this.#device.pushErrorScope("out-of-memory");
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    // Kernels read whole vec4s, beyond the end of what was asked for.
    const size = Math.ceil(bytes / 16) * 16;
    const buffer = new GpuBuffer(this.#device.createBuffer({ label, size, usage }), bytes);
    const outcome = this.#device.popErrorScope();
    this.#allocations.push(
      outcome.then((error) => error && `Cannot allocate ${label}: the device has no room for ${bytes} bytes`),
    );
    return buffer;
  }

  write(buffer: DeviceBuffer, offset: number, data: Uint8Array | Uint32Array | Float32Array): void {
    this.#device.queue.writeBuffer(gpuBuffer(buffer), offset, data as Uint8Array<ArrayBuffer>);
  }

  async flush(): Promise<void> {
    this.#device.queue.submit([]);
    await this.#pace.wait(() => this.#device.queue.onSubmittedWorkDone());
    await this.#check();
  }

  scatter(ranges: readonly BufferRange[], data: Uint8Array): void {
    let at = 0;
    for (const batch of batches(ranges, TRANSFER_BYTES)) {
      const size = bytesOf(batch);
      const packed = this.#staging.load(data.subarray(at, at + size));
      const encoder = this.#device.createCommandEncoder({ label: "scatter" });
      recordCopies(encoder, batch, packed, "out of packed");
      this.#device.queue.submit([encoder.finish()]);
      this.#staging.giveBack(packed);
      at += size;
    }
  }

  async gather(ranges: readonly BufferRange[]): Promise<Uint8Array<ArrayBuffer>> {
    const out = new Uint8Array(bytesOf(ranges));
    let at = 0;
    for (const batch of batches(ranges, TRANSFER_BYTES)) {
      const size = bytesOf(batch);
      const encoder = this.#device.createCommandEncoder({ label: "gather" });
      await this.#finish(encoder, batch, out.subarray(at, at + size));
      at += size;
    }
    return out;
  }

  async prepare(ops: readonly Op[], steps: readonly StepShape[] = []): Promise<void> {
    const shaders = ops.flatMap((op) => (op as GpuOp).dispatches.map(({ shader }) => shader));
    await this.#pipelines.compile(shaders);
    if (this.info.isCpu) {
      const needed = dispatchesOf(ops as readonly GpuOp[], steps);
      const open = async () => (await requestDevice(this.#options)).device;
      if (!(await firstDispatches(this.#device, needed, { open }))) {
        const done = new Set(needed.map(({ shader }) => shader));
        const others = dispatchesOf(ops as readonly GpuOp[], [ONE_ROW]).filter(({ shader }) => !done.has(shader));
        // What fails here, the first step that needs it does itself.
        laterDispatches(this.#device, others, open).catch(() => {});
      }
    }
    await this.flush().catch((error) => this.#blame(ops as readonly GpuOp[], ONE_ROW, error));
  }

  async run(ops: readonly Op[], shape: StepShape, results: readonly BufferRange[]): Promise<Uint8Array<ArrayBuffer>> {
    this.#device.queue.writeBuffer(this.#step, 0, stepWords(shape));
    const encoder = this.#device.createCommandEncoder({ label: "step" });
    record(encoder, ops as readonly GpuOp[], shape);
    const out = new Uint8Array(bytesOf(results));
    await this.#finish(encoder, results, out).catch((error) => this.#blame(ops as readonly GpuOp[], shape, error));
    return out;
  }

  destroy(): void {
    this.#device.destroy();
  }

  /** Submits what is encoded and a read-back of the ranges, and resolves once all of it is done and they lie in `out`. */
  async #finish(encoder: GPUCommandEncoder, ranges: readonly BufferRange[], out: Uint8Array): Promise<void> {
    const packed = this.#readBack.take(out.byteLength);
    recordCopies(encoder, ranges, packed, "into packed");
    this.#device.queue.submit([encoder.finish()]);
    await this.#readBack.unload(packed, out);
    if (this.#fault !== undefined) await this.#check();
  }

  /** Rethrows with the name of the first operation that WebGPU refuses: its own errors name buffers and kernels alone. */
  async #blame(ops: readonly GpuOp[], shape: StepShape, error: Error): Promise<never> {
    const lost = await Promise.race([this.lost, null]);
    if (lost !== null) throw new Error(`Cannot run a step: ${lost}`);
    if (error instanceof DeviceMemoryError) throw error;
    for (const op of ops) {
      this.#device.pushErrorScope("validation");
      const encoder = this.#device.createCommandEncoder({ label: op.name });
      record(encoder, [op], shape);
      encoder.finish();
      if (await this.#device.popErrorScope()) throw new Error(`Cannot run ${op.name}: ${error.message}`);
    }
    throw error;
  }

  /** Throws what went wrong since the last check. */
  async #check(): Promise<void> {
    const allocations = this.#allocations;
    this.#allocations = [];
    for (const failure of await Promise.all(allocations)) if (failure) throw new DeviceMemoryError(failure);
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw new Error(`WebGPU refused a command: ${fault}`);
  }
}
