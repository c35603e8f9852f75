import { open } from "node:fs/promises";
import type { FloatDtype } from "../../src/contracts/device.ts";

/** The file format of llama.cpp, version 3: metadata, a table of tensors, then their bytes on multiples of 32. */

export type GgufValue =
  | { readonly kind: "u32"; readonly value: number }
  | { readonly kind: "f32"; readonly value: number }
  | { readonly kind: "string"; readonly value: string };

export interface GgufTensor {
  readonly name: string;
  readonly dtype: FloatDtype;
  /** As safetensors has it, rows first; the file has the columns first. */
  readonly shape: readonly number[];
  /** Streams the elements in order, all of them. */
  read(): AsyncIterable<Uint8Array>;
}

const ALIGNMENT = 32;
const VERSION = 3;
const VALUE_TYPES = { u32: 4, f32: 6, string: 8 };
const TENSOR_TYPES: Readonly<Record<FloatDtype, number>> = { f32: 0, f16: 1, bf16: 30 };
const ELEMENT_BYTES: Readonly<Record<FloatDtype, number>> = { f32: 4, f16: 2, bf16: 2 };

/** Writes a GGUF file; of the tensors' bytes, no more than `read` yields at once is held. */
export async function writeGguf(
  file: string,
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  const handle = await open(file, "w");
  try {
    const head = header(metadata, tensors);
    await handle.writeFile(head);
    await handle.writeFile(padding(head.length));
    for (const tensor of tensors) {
      let written = 0;
      for await (const chunk of tensor.read()) {
        await handle.writeFile(chunk);
        written += chunk.length;
      }
      if (written !== sizeOf(tensor)) {
        throw new Error(`Cannot write ${tensor.name}: it has ${sizeOf(tensor)} bytes: received ${written}`);
      }
      await handle.writeFile(padding(written));
    }
  } finally {
    await handle.close();
  }
}

function sizeOf({ shape, dtype }: GgufTensor): number {
  return shape.reduce((product, extent) => product * extent, ELEMENT_BYTES[dtype]);
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
const padding = (bytes: number) => new Uint8Array(aligned(bytes) - bytes);

function header(metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Uint8Array {
  const out = new Bytes();
  out.text("GGUF");
  out.u32(VERSION);
  out.u64(tensors.length);
  out.u64(Object.keys(metadata).length);
  for (const [key, { kind, value }] of Object.entries(metadata)) {
    out.string(key);
    out.u32(VALUE_TYPES[kind]);
    if (kind === "u32") out.u32(value);
    else if (kind === "f32") out.f32(value);
    else out.string(value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    out.string(tensor.name);
    out.u32(tensor.shape.length);
    for (const extent of tensor.shape.toReversed()) out.u64(extent);
    out.u32(TENSOR_TYPES[tensor.dtype]);
    out.u64(offset);
    offset += aligned(sizeOf(tensor));
  }
  return out.joined();
}

/** Little-endian numbers and texts, one after the other. */
class Bytes {
  readonly #parts: Uint8Array[] = [];

  u32(value: number): void {
    this.#parts.push(new Uint8Array(new Uint32Array([value]).buffer));
  }

  u64(value: number): void {
    this.#parts.push(new Uint8Array(new BigUint64Array([BigInt(value)]).buffer));
  }

  f32(value: number): void {
    this.#parts.push(new Uint8Array(new Float32Array([value]).buffer));
  }

  text(value: string): void {
    this.#parts.push(new TextEncoder().encode(value));
  }

  string(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.#parts.push(bytes);
  }

  joined(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}
