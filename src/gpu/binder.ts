import { type Kernel, packParams, type Specialisation } from "../../kernels/define.ts";
import type { DeviceBuffer, Op, StepShape } from "../contracts/device.ts";
import { type BindingLimits, gpuBuffer } from "./buffers.ts";
import type { Pipelines, Shader } from "./pipelines.ts";

/** Workgroups in x, y and z; any zero: nothing to run in this step. */
export type Grid = readonly [number, number, number];

/** One bound kernel of an operation. */
export interface Dispatch {
  readonly shader: Shader;
  readonly group: GPUBindGroup;
  readonly grid: (shape: StepShape) => Grid;
}

/** A bound operation: the dispatches it may need, in order. */
export interface GpuOp extends Op {
  readonly dispatches: readonly Dispatch[];
}

/** A buffer to bind, whole or in part; undefined where an optional input is absent. */
export type Bindable = DeviceBuffer | GPUBufferBinding | undefined;

/** Makes bind groups. */
export class Binder {
  readonly limits: BindingLimits;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #step: GPUBuffer;
  readonly #allocate: (label: string, bytes: number) => DeviceBuffer;
  readonly #scratch = new Map<DeviceBuffer, DeviceBuffer>();
  /** Bound where an optional input is absent; the params tell the kernel not to read it. */
  readonly #absent: GPUBuffer;

  constructor(
    device: GPUDevice,
    pipelines: Pipelines,
    step: GPUBuffer,
    limits: BindingLimits,
    allocate: (label: string, bytes: number) => DeviceBuffer,
  ) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#step = step;
    this.limits = limits;
    this.#allocate = allocate;
    this.#absent = device.createBuffer({ label: "absent input", size: 16, usage: GPUBufferUsage.STORAGE });
  }

  /** The bind group of one dispatch, usable with every specialisation of the kernel. `name` is the operation's. */
  group<Param extends string, Buffer extends string>(
    name: string,
    kernel: Kernel<Param, Buffer>,
    params: Readonly<Record<Param, number>>,
    buffers: Readonly<Record<Buffer, Bindable>>,
  ): GPUBindGroup {
    const bytes = packParams(kernel, params);
    const uniform = this.#device.createBuffer({
      label: `${name} params`,
      size: bytes.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#device.queue.writeBuffer(uniform, 0, bytes);
    this.#checkAliases(name, kernel, buffers);
    const names = Object.keys(kernel.buffers) as Buffer[];
    const resources = [
      { buffer: this.#step },
      { buffer: uniform },
      ...names.map((buffer) => this.#resource(name, buffer, buffers[buffer])),
    ];
    return this.#device.createBindGroup({
      label: name,
      layout: this.#pipelines.layout(kernel),
      entries: resources.map((resource, binding) => ({ binding, resource })),
    });
  }

  /** Room for what a dispatch makes of `buffer` and the next one reads: the same whenever it is asked for again. */
  scratch(buffer: DeviceBuffer, bytes: number): DeviceBuffer {
    let room = this.#scratch.get(buffer);
    if (!room || room.bytes < bytes) {
      room = this.#allocate(`scratch of ${buffer.label}`, bytes);
      this.#scratch.set(buffer, room);
    }
    return room;
  }

  shader(kernel: Kernel, specialisation: Specialisation = {}): Shader {
    return this.#pipelines.shader(kernel, specialisation);
  }

  /** WebGPU lets no buffer be written and bound elsewhere in one dispatch, and would say so only when a step runs. */
  #checkAliases(name: string, kernel: Kernel, buffers: Readonly<Record<string, Bindable>>): void {
    for (const [slot, binding] of Object.entries(kernel.buffers)) {
      if (!binding.startsWith("read_write ")) continue;
      const shared = Object.keys(buffers).find((other) => other !== slot && buffers[other] === buffers[slot]);
      if (shared) throw new Error(`Cannot bind ${name}: ${slot} is written and cannot be ${shared} too`);
    }
  }

  #resource(name: string, slot: string, bindable: Bindable): GPUBufferBinding {
    if (!bindable) return { buffer: this.#absent };
    if (!("label" in bindable)) return bindable;
    if (bindable.bytes > this.limits.maxBytes) {
      throw new Error(
        `Cannot bind ${slot} of ${name}: a binding holds at most ${this.limits.maxBytes} bytes: ` +
          `received buffer ${bindable.label} of ${bindable.bytes} bytes`,
      );
    }
    return { buffer: gpuBuffer(bindable) };
  }
}
