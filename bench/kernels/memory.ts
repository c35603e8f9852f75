import {
  type Device,
  type DeviceBuffer,
  type KvShape,
  kvBlockBytes,
  rowBytes,
  type Weight,
} from "../../src/contracts/device.ts";
import { Data, encode } from "../../src/selftest/data.ts";
import { elementOf, type WeightKind } from "./cases.ts";

type Element = "f32" | "f16" | "bf16";

/** Bytes of random numbers that fill a buffer over and over. */
const PATTERN_BYTES = 1 << 20;

/** The buffers of one measurement, filled with numbers in [-1, 1): zeros or NaN could be faster or slower. */
export class Memory {
  readonly allocated: DeviceBuffer[] = [];
  readonly #device: Device;
  readonly #patterns: Map<Element, Uint8Array>;

  /** @param patterns random numbers by element, shared with other measurements */
  constructor(device: Device, patterns: Map<Element, Uint8Array>) {
    this.#device = device;
    this.#patterns = patterns;
  }

  random(label: string, element: Element, count: number): DeviceBuffer {
    return this.#filled(label, element, Math.ceil((count * (element === "f32" ? 4 : 2)) / 4) * 4);
  }

  cache(label: string, kv: KvShape): DeviceBuffer {
    return this.#filled(label, kv.dtype === "int8" ? "f16" : kv.dtype, kv.numBlocks * kvBlockBytes(kv));
  }

  /** [rows, cols]; the zeros at the end of its rows are random numbers, too, which changes no time. */
  weight(label: string, kind: WeightKind, rows: number, cols: number): Weight {
    const dtype = elementOf(kind);
    // Any bytes are quants; as scales, those of f16 are numbers.
    const element = dtype === "int8" || dtype === "int4" ? "f16" : dtype;
    const buffer = this.#filled(label, element, rows * rowBytes({ dtype, cols }));
    return { buffer, dtype, rows, cols, ...(kind === "w8a8" && { roundsInput: true }) };
  }

  #filled(label: string, element: Element, bytes: number): DeviceBuffer {
    const buffer = this.#allocate(label, bytes);
    const pattern = this.#pattern(element);
    for (let at = 0; at < buffer.bytes; at += pattern.byteLength) {
      this.#device.write(buffer, at, pattern.subarray(0, buffer.bytes - at));
    }
    return buffer;
  }

  words(label: string, values: Uint32Array): DeviceBuffer {
    const buffer = this.#allocate(label, values.byteLength);
    this.#device.write(buffer, 0, values);
    return buffer;
  }

  #allocate(label: string, bytes: number): DeviceBuffer {
    const buffer = this.#device.allocate(label, bytes);
    this.allocated.push(buffer);
    return buffer;
  }

  #pattern(element: Element): Uint8Array {
    let pattern = this.#patterns.get(element);
    if (!pattern) {
      const values = encode(new Data(1).floats(PATTERN_BYTES / (element === "f32" ? 4 : 2)), element);
      pattern = new Uint8Array(values.buffer);
      this.#patterns.set(element, pattern);
    }
    return pattern;
  }
}
