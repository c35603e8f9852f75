import { describe, expect, test } from "bun:test";
import { BuddyAllocator } from "../../bench/sim/buddy_allocator.ts";
import { Random } from "../../src/base/random.ts";

describe("BuddyAllocator", () => {
  test("halves a chunk on demand, rounds up, and takes the lowest", () => {
    const memory = new BuddyAllocator(16);
    expect([memory.allocate(3), memory.allocate(4), memory.allocate(5)]).toEqual([0, 4, 8]);
    expect(memory.used).toBe(4 + 4 + 8);
    expect(memory.allocate(1)).toBeNull();
  });

  test("joins two free halves, and only halves of the same chunk", () => {
    const memory = new BuddyAllocator(16);
    const [a, b, c, d] = [1, 2, 3, 4].map(() => memory.allocate(4)!);
    memory.free(b!);
    memory.free(c!);
    expect(memory.freeChunks()).toEqual([
      [4, 4],
      [8, 4],
    ]);
    expect(memory.allocate(8)).toBeNull();
    memory.free(d!);
    expect(memory.allocate(8)).toBe(8);
    memory.free(a!);
    expect(memory.freeChunks()).toEqual([[0, 8]]);
  });

  test("starts a pool that is no power of two as the powers it is the sum of", () => {
    const memory = new BuddyAllocator(15_728);
    expect(memory.freeChunks().map(([, slots]) => slots)).toEqual([8192, 4096, 2048, 1024, 256, 64, 32, 16]);
    // Hence the seven sequences of at most 2048 tokens in the paper's Fig 13.
    const sequences = Array.from({ length: 8 }, () => memory.allocate(2048));
    expect(sequences.indexOf(null)).toBe(7);
  });

  test("names what it cannot free", () => {
    expect(() => new BuddyAllocator(8).free(3)).toThrow("nothing is allocated at 3");
  });

  test.each([1, 2, 3, 4])("never hands out a slot twice and gets all of them back (seed %d)", (seed) => {
    const random = new Random(seed);
    const slots = random.integer(1, 3000);
    const memory = new BuddyAllocator(slots);
    const fresh = memory.freeChunks();
    const owner = new Int32Array(slots);
    const live = new Map<number, number>();
    for (let step = 1; step <= 3000; step++) {
      if (live.size > 0 && random.next() < 0.45) {
        const offset = random.pick([...live.keys()]);
        owner.fill(0, offset, offset + live.get(offset)!);
        live.delete(offset);
        memory.free(offset);
      } else {
        const size = random.integer(1, 200);
        const rounded = 2 ** Math.ceil(Math.log2(size));
        const offset = memory.allocate(size);
        if (offset === null) {
          expect(memory.freeChunks().every(([, chunk]) => chunk < size)).toBe(true);
          continue;
        }
        expect(offset + rounded).toBeLessThanOrEqual(slots);
        expect(owner.subarray(offset, offset + rounded).every((id) => id === 0)).toBe(true);
        owner.fill(step, offset, offset + rounded);
        live.set(offset, rounded);
      }
      const used = [...live.values()].reduce((a, b) => a + b, 0);
      expect(memory.used).toBe(used);
      expect(memory.freeChunks().reduce((sum, [, chunk]) => sum + chunk, 0)).toBe(slots - used);
    }
    for (const offset of live.keys()) memory.free(offset);
    expect(memory.freeChunks()).toEqual(fresh);
  });
});
