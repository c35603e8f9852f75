import { assert } from "../base/assert.ts";
import { type BufferRange, type Device, type KvShape, kvBlockBytes } from "../contracts/device.ts";
import type { LayerCache } from "./decoder.ts";

/** Blocks of the KV cache as bytes: one block is K, then V, of every layer in turn. */
export class KvBlocks {
  /** Bytes of one block over all layers. */
  readonly blockBytes: number;
  readonly #device: Device;
  readonly #caches: readonly LayerCache[];
  /** Bytes of one block in one buffer. */
  readonly #partBytes: number;

  constructor(device: Device, caches: readonly LayerCache[], kv: KvShape) {
    this.#device = device;
    this.#caches = caches;
    this.#partBytes = kvBlockBytes(kv);
    this.blockBytes = 2 * caches.length * this.#partBytes;
  }

  /** [blocks.length, blockBytes] */
  read(blocks: readonly number[]): Promise<Uint8Array> {
    return this.#device.gather(this.#ranges(blocks));
  }

  /** `bytes` is [blocks.length, blockBytes]. */
  write(blocks: readonly number[], bytes: Uint8Array): void {
    const expected = blocks.length * this.blockBytes;
    assert(
      bytes.byteLength === expected,
      `${blocks.length} blocks take ${expected} bytes: received ${bytes.byteLength}`,
    );
    this.#device.scatter(this.#ranges(blocks), bytes);
  }

  #ranges(blocks: readonly number[]): BufferRange[] {
    const bytes = this.#partBytes;
    return blocks.flatMap((block) =>
      this.#caches.flatMap(({ keys, values }) => [
        { buffer: keys, offset: block * bytes, bytes },
        { buffer: values, offset: block * bytes, bytes },
      ]),
    );
  }
}
