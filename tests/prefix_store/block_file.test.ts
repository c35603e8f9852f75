import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { HashChain } from "../../src/kv/hash_chain.ts";
import { BlockFileError, decodeBlock, encodeBlock, fingerprintDigest } from "../../src/prefix_store/block_file.ts";

const fingerprint = fingerprintDigest("c0ffee");
const prefix = Uint32Array.from({ length: 24 }, (_, i) => 7 * i);
const chain = new HashChain("tenant");
const block = {
  hash: chain.at(prefix, 24),
  parent: chain.at(prefix, 16),
  tokens: prefix.slice(16, 24),
  payload: Uint8Array.from({ length: 96 }, (_, i) => i * i),
};
const expected = { fingerprint, hash: block.hash, blockSize: 8, blockBytes: 96 };
const file = (await encodeBlock(fingerprint, block)) as Uint8Array<ArrayBuffer>;
const CHECKSUM = 32;

const decode = (bytes: Uint8Array<ArrayBuffer>, changes: Partial<typeof expected> = {}) =>
  decodeBlock(bytes, { ...expected, ...changes });

/** The file with other bytes at `offset` and a checksum that fits them, as someone who knows the format would write it. */
async function forged(offset: number, ...bytes: number[]): Promise<Uint8Array<ArrayBuffer>> {
  const copy = file.slice();
  copy.set(bytes, offset);
  const body = copy.subarray(0, copy.length - CHECKSUM);
  copy.set(new Uint8Array(await crypto.subtle.digest("SHA-256", body)), body.length);
  return copy;
}

describe("a block as a file", () => {
  test("comes back as it was", async () => {
    expect(file.length).toBe(84 + 8 * 4 + 96 + 32);
    expect(await decode(file)).toEqual(block);
  });

  test("is refused when cut anywhere", async () => {
    for (let length = 0; length < file.length; length++) {
      await expect(decode(file.slice(0, length))).rejects.toThrow("it is truncated");
    }
  });

  test("is refused with bytes after its end", async () => {
    await expect(decode(new Uint8Array([...file, 0]))).rejects.toThrow("it has bytes after its end");
  });

  test("is refused with any one bit flipped, and with any bytes changed", async () => {
    for (let offset = 0; offset < file.length; offset++) {
      const copy = file.slice();
      copy[offset]! ^= 1 << (offset % 8);
      await expect(decode(copy)).rejects.toBeInstanceOf(BlockFileError);
    }
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), async (changes) => {
        const copy = file.slice();
        for (const [offset, bits] of changes) copy[offset]! ^= bits;
        fc.pre(Buffer.compare(copy, file) !== 0);
        await expect(decode(copy)).rejects.toBeInstanceOf(BlockFileError);
      }),
    );
  });

  test("never becomes something else, whatever the bytes are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await expect(decode(bytes.slice())).rejects.toBeInstanceOf(BlockFileError);
      }),
    );
  });

  test.each([
    ["another model, device or data type wrote it", 20, [1, 2, 3]],
    ["its name is that of another prefix", 52, [1, 2, 3]],
    ["its name is that of another prefix", 68, [1, 2, 3]],
    ["its name is that of another prefix", 84, [1, 2, 3]],
    ["it has format version 2, not 1", 8, [2]],
    ["it is not a block", 0, [0]],
    ["it is truncated", 12, [0xff, 0xff, 0xff, 0xff]],
    ["it is truncated", 16, [0xff, 0xff, 0xff, 0xff]],
  ])("with a checksum that fits, %s (offset %i)", async (reason, offset, bytes) => {
    await expect(decode(await forged(offset, ...bytes))).rejects.toThrow(reason);
  });

  test("is refused under another name, for another model, and at another size", async () => {
    await expect(decode(file, { hash: chain.at(prefix, 8) })).rejects.toThrow("its name is that of another prefix");
    await expect(decode(file, { fingerprint: fingerprintDigest("f00d") })).rejects.toThrow("another model");
    await expect(decode(file, { blockSize: 16 })).rejects.toThrow("its block has another size");
    await expect(decode(file, { blockBytes: 192 })).rejects.toThrow("its block has another size");
  });
});
