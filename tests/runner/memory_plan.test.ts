import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseModel } from "../../models/registry.ts";
import { blockBytes, type MemoryRequest, planMemory } from "../../src/runner/memory_plan.ts";

const spec = parseModel(await Bun.file(join(import.meta.dir, "../golden/llama-hd64/config.json")).json());

function plan(request: Partial<MemoryRequest>) {
  return planMemory(spec, {
    kvCacheBytes: null,
    numBlocks: null,
    defaultKvBytes: 2 ** 30,
    blockSize: 16,
    kvDtype: "f16",
    maxSequences: 4,
    maxModelLen: null,
    maxBufferBytes: 2 ** 27,
    ...request,
  });
}

describe("planMemory", () => {
  test("a block is K and V of all layers", () => {
    expect(blockBytes(spec, "f16", 16)).toBe(2 * spec.numLayers * 16 * spec.numKvHeads * spec.headDim * 2);
    expect(blockBytes(spec, "f32", 16)).toBe(2 * blockBytes(spec, "f16", 16));
  });

  test("by default there is room for every sequence at full length", () => {
    const { kv, maxModelLen, kvBytes } = plan({});
    expect(maxModelLen).toBe(spec.maxPositions);
    expect(kv.numBlocks - 1).toBe(4 * Math.ceil(spec.maxPositions / 16));
    expect(kvBytes).toBe(kv.numBlocks * blockBytes(spec, "f16", 16));
  });

  test("the memory asked for is not exceeded, null block included", () => {
    const bytes = 100 * blockBytes(spec, "f16", 16) + 5;
    expect(plan({ kvCacheBytes: bytes }).kvBytes).toBe(100 * blockBytes(spec, "f16", 16));
    expect(plan({ kvCacheBytes: bytes }).kv.numBlocks).toBe(100);
  });

  test("an override counts usable blocks; the context shrinks to what they hold", () => {
    const { kv, maxModelLen, maxBlocksPerSeq } = plan({ numBlocks: 3, blockSize: 8 });
    expect(kv.numBlocks).toBe(4);
    expect(maxModelLen).toBe(24);
    expect(maxBlocksPerSeq).toBe(3);
  });

  test("no layer's buffer passes the device's limit", () => {
    const perSlot = spec.numKvHeads * spec.headDim * 2;
    expect(plan({ maxBufferBytes: 10 * 16 * perSlot, defaultKvBytes: 2 ** 40 }).kv.numBlocks).toBe(10);
    expect(() => plan({ maxBufferBytes: 10 * 16 * perSlot, numBlocks: 10 })).toThrow("--num-gpu-blocks-override 10");
  });

  test("what cannot be is refused, naming the flags", () => {
    expect(() => plan({ maxModelLen: spec.maxPositions + 1 })).toThrow("--max-model-len");
    expect(() => plan({ maxModelLen: 64, numBlocks: 3 })).toThrow("raise --kv-cache-memory or lower --max-model-len");
    expect(() => plan({ kvCacheBytes: 100 })).toThrow("--kv-cache-memory");
  });
});
