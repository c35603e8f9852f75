import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertToGguf } from "../../../bench/compare/convert_to_gguf.ts";
import { writeGguf } from "../../../bench/compare/gguf.ts";
import { writeRandomModel } from "../../../bench/lib/write_random_model.ts";
import { openCheckpoint } from "../../../src/weights/checkpoint.ts";

const directory = mkdtempSync(join(tmpdir(), "octavo-gguf-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface ReadTensor {
  readonly extents: readonly number[];
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** A reader of its own, by llama.cpp's description of the format. */
function readGguf(file: string): { metadata: Map<string, number | string>; tensors: Map<string, ReadTensor> } {
  const data = readFileSync(file);
  let at = 0;
  const step = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const u32 = () => data.readUInt32LE(step(4));
  const u64 = () => Number(data.readBigUInt64LE(step(8)));
  const text = () => {
    const length = u64();
    return data.subarray(step(length), at).toString("utf8");
  };
  expect(data.toString("latin1", 0, 4)).toBe("GGUF");
  at = 4;
  expect(u32()).toBe(3);
  const [tensorCount, valueCount] = [u64(), u64()];
  const metadata = new Map<string, number | string>();
  for (let i = 0; i < valueCount; i++) {
    const key = text();
    const type = u32();
    metadata.set(key, type === 8 ? text() : type === 4 ? u32() : data.readFloatLE(step(4)));
  }
  const infos = Array.from({ length: tensorCount }, () => {
    const name = text();
    const extents = Array.from({ length: u32() }, u64);
    return { name, extents, type: u32(), offset: u64() };
  });
  const start = Math.ceil(at / 32) * 32;
  const tensors = new Map<string, ReadTensor>();
  for (const { name, extents, type, offset } of infos) {
    expect(offset % 32).toBe(0);
    const size = extents.reduce((product, extent) => product * extent, type === 0 ? 4 : 2);
    expect(start + offset + size).toBeLessThanOrEqual(data.length);
    tensors.set(name, { extents, type, bytes: data.subarray(start + offset, start + offset + size) });
  }
  return { metadata, tensors };
}

test("what is written is read again", async () => {
  const file = join(directory, "small.gguf");
  const bytes = Uint8Array.from({ length: 24 }, (_, i) => i);
  await writeGguf(
    file,
    {
      "a.number": { kind: "u32", value: 7 },
      "a.float": { kind: "f32", value: 0.5 },
      "a.text": { kind: "string", value: "ü" },
    },
    [
      {
        name: "first",
        dtype: "f16",
        shape: [3, 4],
        read: async function* () {
          yield bytes;
        },
      },
      {
        name: "second",
        dtype: "f32",
        shape: [6],
        read: async function* () {
          yield bytes.subarray(0, 8);
          yield bytes.subarray(8);
        },
      },
    ],
  );
  const { metadata, tensors } = readGguf(file);
  expect([...metadata]).toEqual([
    ["a.number", 7],
    ["a.float", 0.5],
    ["a.text", "ü"],
  ]);
  expect(tensors.get("first")).toMatchObject({ extents: [4, 3], type: 1 });
  for (const name of ["first", "second"]) expect([...tensors.get(name)!.bytes]).toEqual([...bytes]);
});

test("a tensor that streams too few bytes is refused", async () => {
  const tensor = {
    name: "short",
    dtype: "f32" as const,
    shape: [2],
    read: async function* () {
      yield new Uint8Array(4);
    },
  };
  await expect(writeGguf(join(directory, "short.gguf"), {}, [tensor])).rejects.toThrow("Cannot write short");
});

test("a model's matrices are the checkpoint's, those of q and k with the pairs of a head side by side", async () => {
  const model = { name: "tiny", layers: 2, hidden: 32, heads: 4, kvHeads: 2, headDim: 8, inner: 48, vocab: 64 };
  await writeRandomModel(directory, model, "bf16", 3);
  const file = join(directory, "tiny.gguf");
  await convertToGguf(directory, file);
  const { metadata, tensors } = readGguf(file);
  expect(metadata.get("llama.attention.head_count_kv")).toBe(2);
  expect(metadata.get("llama.rope.freq_base")).toBeCloseTo(10000, 2);
  expect(tensors.size).toBe(1 + 2 * 9 + 1);
  const checkpoint = await openCheckpoint(directory);
  const source = async (name: string) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of checkpoint.read(name)) chunks.push(chunk.slice());
    return Buffer.concat(chunks);
  };
  const v = await source("model.layers.1.self_attn.v_proj.weight");
  expect(v.equals(tensors.get("blk.1.attn_v.weight")!.bytes)).toBe(true);
  const q = await source("model.layers.1.self_attn.q_proj.weight");
  const turned = tensors.get("blk.1.attn_q.weight")!;
  expect(turned).toMatchObject({ extents: [32, 32], type: 30 });
  const row = 64;
  for (let head = 0; head < 4; head++) {
    for (let pair = 0; pair < 4; pair++) {
      for (const half of [0, 1]) {
        const from = (head * 8 + half * 4 + pair) * row;
        const to = (head * 8 + pair * 2 + half) * row;
        expect(q.subarray(from, from + row).equals(turned.bytes.subarray(to, to + row))).toBe(true);
      }
    }
  }
  expect(tensors.get("output_norm.weight")).toMatchObject({ type: 0, extents: [32] });
  await checkpoint.close();
});
