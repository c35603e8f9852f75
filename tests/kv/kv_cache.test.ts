import { describe, expect, test } from "bun:test";
import { KvCache } from "../../src/kv/kv_cache.ts";

describe("KvCache", () => {
  test("takes blocks on demand, from 1 upwards, and hands out what was just given back first", () => {
    const kv = new KvCache(10, 16);
    const a = kv.open();
    expect(kv.reserve(a, 55)).toBe(true);
    expect(a.blocks).toEqual([1, 2, 3, 4]);
    expect(kv.reserve(a, 64)).toBe(true);
    expect(a.blocks).toEqual([1, 2, 3, 4]);
    expect(kv.reserve(a, 65)).toBe(true);
    expect(a.blocks).toEqual([1, 2, 3, 4, 5]);
    kv.release(a);
    expect(kv.pool.freeOrder()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(kv.pool.used).toBe(0);
  });

  test("changes nothing when the pool has too few blocks", () => {
    const kv = new KvCache(3, 8);
    const a = kv.open();
    expect(kv.reserve(a, 16)).toBe(true);
    expect(kv.reserve(a, 33)).toBe(false);
    expect(a.blocks).toEqual([1, 2]);
    expect(a.reserved).toBe(16);
    expect(kv.pool.free).toBe(1);
    kv.checkIntegrity();
  });

  test("a fork shares every block and copies only the one it writes", () => {
    const kv = new KvCache(10, 8);
    const a = kv.open();
    kv.reserve(a, 20);
    const b = kv.fork(a);
    expect(b.blocks).toEqual([1, 2, 3]);
    expect(kv.pool.countShared()).toBe(3);
    expect(kv.reserve(b, 21)).toBe(true);
    expect(b.blocks).toEqual([1, 2, 4]);
    kv.checkIntegrity();
    // The source stays held until the copy has been taken, so that nobody overwrites it first.
    expect(kv.pool.references(3)).toBe(2);
    expect(kv.takeCopies()).toEqual([{ source: 3, destination: 4 }]);
    expect(kv.pool.references(3)).toBe(1);
    // The last holder writes in place.
    expect(kv.reserve(a, 21)).toBe(true);
    expect(a.blocks).toEqual([1, 2, 3]);
    expect(kv.takeCopies()).toEqual([]);
    kv.release(a);
    kv.release(b);
    expect(kv.pool.used).toBe(0);
  });

  test("the last holder writes in place even while the other's copy is pending", () => {
    const kv = new KvCache(10, 8);
    const a = kv.open();
    kv.reserve(a, 4);
    const b = kv.fork(a);
    kv.reserve(b, 5);
    kv.reserve(a, 5);
    expect([a.blocks, b.blocks]).toEqual([[1], [2]]);
    expect(kv.takeCopies()).toEqual([{ source: 1, destination: 2 }]);
    kv.checkIntegrity();
  });

  test("a fork at a block boundary copies nothing", () => {
    const kv = new KvCache(10, 8);
    const a = kv.open();
    kv.reserve(a, 16);
    const b = kv.fork(a);
    expect(kv.reserve(b, 17)).toBe(true);
    expect(b.blocks).toEqual([1, 2, 3]);
    expect(kv.takeCopies()).toEqual([]);
  });

  test("a copy whose owner goes before the step is dropped with its block", () => {
    const kv = new KvCache(4, 8);
    const a = kv.open();
    kv.reserve(a, 4);
    const b = kv.fork(a);
    kv.reserve(b, 5);
    kv.release(b);
    kv.checkIntegrity();
    expect(kv.takeCopies()).toEqual([]);
    kv.release(a);
    expect(kv.pool.used).toBe(0);
    kv.checkIntegrity();
  });

  test("counts a shared token once", () => {
    const kv = new KvCache(10, 8);
    const a = kv.open();
    kv.reserve(a, 12);
    const b = kv.fork(a);
    expect(kv.storedTokens(() => 12)).toBe(12);
    kv.reserve(b, 13);
    expect(kv.storedTokens((sequence) => sequence.reserved)).toBe(8 + 4 + 5);
  });
});
