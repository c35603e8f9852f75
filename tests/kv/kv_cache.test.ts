import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import type { KvSequence } from "../../src/kv/kv_sequence.ts";

describe("KvCache", () => {
  test("takes blocks on demand, from 1 upwards, and gives them back tail first", () => {
    const kv = new KvCache(10, 16);
    const a = kv.open();
    expect(kv.reserve(a, 55)).toBe(true);
    expect(a.blocks).toEqual([1, 2, 3, 4]);
    expect(kv.reserve(a, 64)).toBe(true);
    expect(a.blocks).toEqual([1, 2, 3, 4]);
    expect(kv.reserve(a, 65)).toBe(true);
    expect(a.blocks).toEqual([1, 2, 3, 4, 5]);
    kv.release(a);
    expect(kv.pool.freeOrder()).toEqual([6, 7, 8, 9, 10, 5, 4, 3, 2, 1]);
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

/** Writes a unique value into every slot it is given and checks that nobody else ever writes over it. */
class NaiveTwin {
  readonly memory = new Map<number, number>();
  readonly contents = new Map<KvSequence, number[]>();
  readonly #kv: KvCache;
  #stamp = 0;

  constructor(kv: KvCache) {
    this.#kv = kv;
  }

  step(): void {
    const before = new Map(this.memory);
    const { blockSize } = this.#kv;
    for (const { source, destination } of this.#kv.takeCopies()) {
      for (let i = 0; i < blockSize; i++) {
        const value = before.get(source * blockSize + i);
        if (value !== undefined) this.memory.set(destination * blockSize + i, value);
      }
    }
    for (const [sequence, values] of this.contents) {
      while (values.length < sequence.reserved) {
        const slot = this.#slot(sequence, values.length);
        values.push(++this.#stamp);
        this.memory.set(slot, this.#stamp);
      }
    }
    for (const [sequence, values] of this.contents) {
      values.forEach((value, position) => {
        if (this.memory.get(this.#slot(sequence, position)) !== value)
          throw new Error(`slot ${position} was overwritten`);
      });
    }
  }

  #slot({ blocks }: KvSequence, position: number): number {
    const { blockSize } = this.#kv;
    return blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize);
  }
}

describe("KvCache against a naive twin", () => {
  for (let seed = 1; seed <= 20; seed++) {
    test(`2,000 random operations, seed ${seed}`, () => {
      const random = new Random(seed);
      const kv = new KvCache(random.integer(4, 40), random.pick([1, 2, 8, 16]));
      const twin = new NaiveTwin(kv);
      const live: KvSequence[] = [];
      for (let operation = 0; operation < 2000; operation++) {
        const dice = random.next();
        if (dice < 0.2 || live.length === 0) {
          const opened = kv.open();
          live.push(opened);
          twin.contents.set(opened, []);
        } else if (dice < 0.65) {
          const sequence = random.pick(live);
          const free = kv.pool.free;
          const before = [...sequence.blocks];
          if (!kv.reserve(sequence, sequence.reserved + random.integer(0, 12))) {
            expect(kv.pool.free).toBe(free);
            expect(sequence.blocks).toEqual(before);
          }
        } else if (dice < 0.8) {
          twin.step();
          const parent = random.pick(live);
          const child = kv.fork(parent);
          live.push(child);
          twin.contents.set(child, [...twin.contents.get(parent)!]);
        } else if (dice < 0.95) {
          const [sequence] = live.splice(random.integer(0, live.length - 1), 1);
          kv.release(sequence!);
          twin.contents.delete(sequence!);
        } else {
          twin.step();
        }
        kv.checkIntegrity();
        expect(kv.pool.free + kv.pool.used).toBe(kv.pool.numBlocks);
      }
      twin.step();
      for (const sequence of live) kv.release(sequence);
      expect(kv.pool.used).toBe(0);
    });
  }
});
