import { describe, expect, test } from "bun:test";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../../src/contracts/weights.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { inScratch, rejection, safetensorsOf, type Tensor, writeFiles } from "./fixtures.ts";

const MEBIBYTE = 1024 * 1024;

function bytesTensor(length: number, seed = 1): Tensor {
  return {
    dtype: "U8",
    shape: [length],
    data: Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 12) + seed) & 0xff),
  };
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; lengths: number[] }> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return { bytes: Buffer.concat(copies), lengths: copies.map((copy) => copy.length) };
}

test("streams each tensor's bytes in chunks of whole words", () =>
  inScratch(async (directory) => {
    const tensors = {
      small: bytesTensor(6),
      empty: bytesTensor(0),
      big: bytesTensor(9 * MEBIBYTE + 2, 5),
      last: bytesTensor(3),
    };
    await writeFiles(directory, { "config.json": { a: 1 }, "model.safetensors": safetensorsOf(tensors) });
    const checkpoint = await openCheckpoint(directory);
    expect(checkpoint.config).toEqual({ a: 1 });
    for (const [name, { data }] of Object.entries(tensors)) {
      const { bytes, lengths } = await readAll(checkpoint.read(name));
      expect(bytes.equals(data)).toBe(true);
      expect(lengths.slice(0, -1).every((length) => length % 4 === 0)).toBe(true);
      expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(8 * MEBIBYTE);
    }
    await checkpoint.close();
  }));

test("a caller that leaves early does not disturb the next tensor", () =>
  inScratch(async (directory) => {
    const tensors = { a: bytesTensor(12 * MEBIBYTE, 1), b: bytesTensor(MEBIBYTE, 9) };
    await writeFiles(directory, { "config.json": {}, "model.safetensors": safetensorsOf(tensors) });
    const checkpoint = await openCheckpoint(directory);
    for await (const _ of checkpoint.read("a")) break;
    expect((await readAll(checkpoint.read("b"))).bytes.equals(tensors.b.data)).toBe(true);
    await checkpoint.close();
  }));

test("a file that shrinks is an error, not a short tensor", () =>
  inScratch(async (directory) => {
    await writeFiles(directory, { "config.json": {}, "model.safetensors": safetensorsOf({ a: bytesTensor(64) }) });
    const checkpoint = await openCheckpoint(directory);
    await truncate(join(directory, "model.safetensors"), 80);
    const error = await rejection(readAll(checkpoint.read("a")));
    expect(error.message).toMatch(
      /model\.safetensors: tensor "a": expected 64 bytes: received \d+; the file has shrunk/,
    );
    expect((await rejection(readAll(checkpoint.read("b")))).message).toContain('no tensor "b"');
    await checkpoint.close();
  }));

describe("shards", () => {
  const INDEX = "model.safetensors.index.json";
  const one = safetensorsOf({ a: bytesTensor(8), unlisted: bytesTensor(4) });
  const two = safetensorsOf({ b: bytesTensor(12, 3) });
  const shards = { "config.json": {}, "m-1.safetensors": one, "m-2.safetensors": two };
  const indexed = (map: unknown) => ({ ...shards, [INDEX]: { metadata: { total_size: 20 }, weight_map: map } });

  test("are read where the index puts each tensor", () =>
    inScratch(async (directory) => {
      await writeFiles(directory, indexed({ a: "m-1.safetensors", b: "m-2.safetensors" }));
      const checkpoint = await openCheckpoint(directory);
      expect([...checkpoint.tensors.keys()]).toEqual(["a", "b"]);
      expect((await readAll(checkpoint.read("b"))).bytes.equals(bytesTensor(12, 3).data)).toBe(true);
      await checkpoint.close();
    }));

  const refused: [string, Record<string, unknown>, RegExp][] = [
    [
      "a missing shard",
      indexed({ a: "m-1.safetensors", c: "m-3.safetensors" }),
      /m-3\.safetensors: there is no such file; .*index\.json puts tensor "c"/,
    ],
    ["a tensor absent from its shard", indexed({ a: "m-2.safetensors" }), /m-2\.safetensors: tensor "a" is not in it/],
    [
      "a shard outside the directory",
      indexed({ a: "../m-1.safetensors" }),
      /tensor "a": expected the name of .*: received "\.\.\/m-1/,
    ],
    ["an absolute shard", indexed({ a: "/etc/x.safetensors" }), /same directory: received "\/etc/],
    ["a shard that is no safetensors file", indexed({ a: "config.json" }), /received "config\.json"/],
    ["a shard that is no string", indexed({ a: 1 }), /received 1/],
    ["an index without a map", indexed(undefined), /expected an object "weight_map"/],
    ["an index that is no JSON", { ...shards, [INDEX]: new TextEncoder().encode("{") }, /index\.json: expected JSON/],
    ["no weights at all", { "config.json": {} }, /neither model\.safetensors nor model\.safetensors\.index\.json/],
    ["no config.json", { "model.safetensors": one }, /config\.json: there is no such file/],
    ["a config.json that is a list", { "config.json": [] }, /config\.json: expected a JSON object/],
    [
      "a shard of other bytes",
      { ...indexed({ a: "m-1.safetensors" }), "m-1.safetensors": new Uint8Array(5) },
      /m-1\.safetensors: expected at least 8 bytes/,
    ],
  ];
  for (const [what, files, message] of refused)
    test(`${what} is one clear error`, () =>
      inScratch(async (directory) => {
        await writeFiles(directory, files);
        const error = await rejection(openCheckpoint(directory));
        expect(error).toBeInstanceOf(CheckpointError);
        expect(error.message).toContain(directory);
        expect(error.message).toMatch(message);
      }));
});
