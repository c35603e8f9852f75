import { type DeviceBuffer, rowBytes, type Weight } from "../contracts/device.ts";

/** A device buffer that is a GPUBuffer. */
export class GpuBuffer implements DeviceBuffer {
  readonly label: string;
  readonly bytes: number;
  readonly gpu: GPUBuffer;

  /** `gpu` may be larger than the `bytes` asked for. */
  constructor(gpu: GPUBuffer, bytes: number = gpu.size) {
    this.label = gpu.label;
    this.bytes = bytes;
    this.gpu = gpu;
  }
}

/** The GPUBuffer behind a DeviceBuffer; throws where another device made it. */
export function gpuBuffer(buffer: DeviceBuffer): GPUBuffer {
  if (buffer instanceof GpuBuffer) return buffer.gpu;
  throw new Error(`Cannot use buffer ${buffer.label} on the GPU: another device made it`);
}

/** What one binding may cover, and a kernel use. */
export interface BindingLimits {
  /** Largest binding in bytes. */
  readonly maxBytes: number;
  /** A binding's offset is a multiple of this. */
  readonly alignment: number;
  /** Storage buffers that a kernel may have. */
  readonly maxStorageBuffers: number;
  /** Bytes that the lanes of a workgroup may share. */
  readonly maxWorkgroupBytes: number;
  /** Features of the shading language. */
  readonly wgslFeatures: ReadonlySet<string>;
}

/** Rows [first, first + count) of a weight as one binding; row `first` is row `base` of the binding. */
export interface RowSlice {
  readonly first: number;
  readonly count: number;
  readonly base: number;
  readonly binding: GPUBufferBinding;
}

/** As many of the rows [first, end) as one binding holds, at least one. */
export function sliceRows(weight: Weight, first: number, end: number, limits: BindingLimits): RowSlice {
  const bytes = rowBytes(weight);
  // Bindings begin at multiples of `granule` rows, the least that keeps their byte offset aligned.
  let granule = 1;
  while ((granule * bytes) % limits.alignment !== 0) granule *= 2;
  const base = first % granule;
  const count = Math.min(end - first, Math.floor(limits.maxBytes / bytes) - base);
  if (count < 1) {
    throw new Error(
      `Cannot bind weight ${weight.buffer.label}: its rows of ${bytes} bytes do not fit a binding of ${limits.maxBytes} bytes`,
    );
  }
  const binding = { buffer: gpuBuffer(weight.buffer), offset: (first - base) * bytes, size: (base + count) * bytes };
  return { first, count, base, binding };
}

/** All rows of a weight as few bindings as the limits allow. */
export function rowSlices(weight: Weight, limits: BindingLimits): RowSlice[] {
  const slices: RowSlice[] = [];
  for (let first = 0; first < weight.rows; ) {
    const slice = sliceRows(weight, first, weight.rows, limits);
    slices.push(slice);
    first += slice.count;
  }
  return slices;
}
