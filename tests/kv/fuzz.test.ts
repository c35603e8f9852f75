import { describe, expect, test } from "bun:test";
import { deepStrictEqual } from "node:assert";
import { Random } from "../../src/base/random.ts";
import { HashChain } from "../../src/kv/hash_chain.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import type { KvSequence } from "../../src/kv/kv_sequence.ts";
import { NaiveCache, type NaiveSequence } from "./naive_cache.ts";

/** A sequence as the engine would hold it, in the cache and in its naive twin. */
interface Live {
  readonly kv: KvSequence;
  readonly naive: NaiveSequence;
  readonly tokens: Uint32Array;
  /** The tokens as digits. */
  readonly text: string;
  /** What K and V of each position are: a digest of the tokens up to it. */
  readonly content: Float64Array;
  readonly salt: string;
  readonly chain: HashChain;
  /** Tokens whose K and V are in the cache, or will be after the next step. */
  scheduled: number;
  computed: number;
}

const LONGEST = 120;

/**
 * Does everything to the cache and to its naive twin, which must agree on every block id, and keeps a flat memory that is
 * written and copied as a device's would be: whoever reads a stale or foreign slot finds another content there.
 */
class Twins {
  readonly kv: KvCache;
  readonly naive: NaiveCache;
  readonly live: Live[] = [];
  readonly #memory: Float64Array;
  readonly #random: Random;
  readonly counts = { hitTokens: 0, partialHits: 0, copies: 0, refused: 0, adopted: 0, pinned: 0 };

  constructor(random: Random) {
    const numBlocks = random.integer(6, 40);
    const blockSize = random.pick([8, 8, 16]);
    this.kv = new KvCache(numBlocks, blockSize);
    this.naive = new NaiveCache(numBlocks, blockSize);
    this.#memory = new Float64Array((numBlocks + 1) * blockSize);
    this.#random = random;
  }

  /** Admits a sequence whose prompt is likely to share a prefix with earlier ones. */
  admit(): void {
    const random = this.#random;
    const { kv, naive, counts } = this;
    const prompt = random.integer(1, LONGEST / 2);
    const item = sequence(random);
    const { salt, chain, tokens, text } = item;
    const hit = kv.match(chain, tokens, prompt);
    same(hit, naive.match(salt, text, prompt));
    if (hit.tokens >= prompt) throw new Error(`${hit.tokens} tokens of a prompt of ${prompt} were found`);
    const scheduled = hit.tokens + random.integer(1, prompt - hit.tokens);
    const admitted = kv.admit(hit, scheduled);
    const twin = naive.admit(hit, scheduled);
    same(admitted === null, twin === null);
    if (admitted === null || twin === null) {
      counts.refused++;
      return;
    }
    counts.hitTokens += hit.tokens;
    if (hit.partial !== null) counts.partialHits++;
    kv.commit(admitted, chain, tokens, scheduled);
    naive.commit(twin, salt, text, scheduled);
    this.live.push({ ...item, kv: admitted, naive: twin, scheduled, computed: hit.tokens });
  }

  /** Schedules more tokens of a sequence. */
  grow(item: Live): void {
    const upTo = Math.min(LONGEST, item.scheduled + this.#random.integer(1, 12));
    const reserved = this.kv.reserve(item.kv, upTo);
    same(reserved, this.naive.reserve(item.naive, upTo));
    if (!reserved) {
      this.counts.refused++;
      return;
    }
    item.scheduled = upTo;
    this.kv.commit(item.kv, item.chain, item.tokens, upTo);
    this.naive.commit(item.naive, item.salt, item.text, upTo);
  }

  /** Slots for tokens that may or may not come. */
  lookAhead(item: Live): void {
    const upTo = Math.min(LONGEST, item.scheduled + this.#random.integer(1, 20));
    same(this.kv.reserve(item.kv, upTo), this.naive.reserve(item.naive, upTo));
  }

  /** Gives slots back that no token came for. */
  trim(item: Live): void {
    this.kv.trim(item.kv, item.scheduled);
    this.naive.trim(item.naive, item.scheduled);
  }

  /** Between steps: a second sequence that goes its own way from here. */
  fork(parent: Live): void {
    const tokens = parent.tokens.slice();
    tokens.fill(this.#random.integer(1, 3), parent.scheduled);
    const own = { tokens, text: tokens.join(""), content: digests(tokens), chain: new HashChain(parent.salt) };
    this.live.push({
      ...parent,
      ...own,
      kv: this.kv.fork(parent.kv, parent.computed),
      naive: this.naive.fork(parent.naive, parent.computed),
    });
  }

  /** In the middle of a step too: nothing that is yet to be computed was promised to others. */
  mayLeave({ kv, computed }: Live): boolean {
    return kv.registered * this.kv.blockSize <= computed;
  }

  /** Between steps, or where `mayLeave` allows it (a preemption), copies that are still to be made included. */
  release(item: Live): void {
    this.live.splice(this.live.indexOf(item), 1);
    this.kv.release(item.kv);
    this.naive.release(item.naive);
  }

  /** Between steps: keeps what a sequence has computed, for every salt. A pool has only so much to keep. */
  pin({ kv, naive, tokens, text, computed }: Live): void {
    const count = Math.min(computed, 2 * this.kv.blockSize);
    if (count < this.kv.blockSize || this.kv.pinnedBlocks * 4 > this.kv.pool.numBlocks) return;
    this.counts.pinned++;
    this.kv.pin(kv, tokens, count);
    this.naive.pin(naive, text, count);
  }

  /** Between steps: content that was computed elsewhere, whose parents may or may not be there. */
  adopt(): void {
    const { kv, naive } = this;
    const { blockSize } = kv;
    const { chain, tokens, text, salt, content } = sequence(this.#random);
    const start = this.#random.integer(0, LONGEST / blockSize - 2) * blockSize;
    const end = start + blockSize;
    const prefix = { hash: chain.at(tokens, end), parent: chain.at(tokens, start), tokens: tokens.slice(start, end) };
    const block = kv.adopt(prefix);
    same(block, naive.adopt(salt, text.slice(0, end)));
    if (block !== null) {
      this.counts.adopted++;
      same(kv.contentOf(block), prefix);
      this.#memory.set(content.subarray(start, end), block * blockSize);
    }
    const refreshed = this.#random.integer(1, kv.pool.numBlocks);
    kv.refresh(refreshed);
    naive.refresh(refreshed);
  }

  /** Copies, writes what was scheduled, then reads everything back. */
  step(): void {
    const { kv, naive } = this;
    const { blockSize } = kv;
    const before = this.#memory.slice();
    const copies = kv.takeCopies();
    same(copies, naive.takeCopies());
    this.counts.copies += copies.length;
    for (const { source, destination } of copies) {
      this.#memory.set(before.subarray(source * blockSize, (source + 1) * blockSize), destination * blockSize);
    }
    for (const item of this.live) {
      for (; item.computed < item.scheduled; item.computed++) {
        this.#memory[this.#slot(item, item.computed)] = item.content[item.computed]!;
      }
    }
    for (const item of this.live) {
      for (let position = 0; position < item.computed; position++) {
        const found = this.#memory[this.#slot(item, position)];
        if (found !== item.content[position]) throw new Error(`position ${position} holds ${found}`);
      }
    }
    kv.beginStep();
    naive.beginStep();
  }

  /** Throws unless the twins hold the same blocks and would hand out the same ones in the same order. */
  compare(): void {
    this.kv.checkIntegrity();
    same(this.kv.pool.freeOrder(), this.naive.free);
    same(this.kv.pool.free + this.kv.pool.used, this.kv.pool.numBlocks);
    for (const { kv, naive } of this.live) same(kv.blocks, naive.blocks);
    const some = this.live.slice(0, 3);
    same(this.kv.heldAlone(some.map(({ kv }) => kv)), this.naive.heldAlone(some.map(({ naive }) => naive)));
  }

  #slot({ kv }: Live, position: number): number {
    const { blockSize } = this.kv;
    return kv.blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize);
  }
}

/** Few alphabets and seldom a change of course: long common prefixes that end anywhere. */
function sequence(random: Random) {
  const tokens = new Uint32Array(LONGEST).fill(random.integer(1, 2));
  for (let change = random.integer(0, 2); change > 0; change--) {
    tokens.fill(random.integer(1, 3), random.integer(0, LONGEST - 1));
  }
  const salt = random.pick(["", "", "tenant"]);
  return { tokens, text: tokens.join(""), content: digests(tokens), salt, chain: new HashChain(salt) };
}

/** For each position 53 bits that hang on all tokens up to it. */
function digests(tokens: Uint32Array): Float64Array {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  return Float64Array.from(tokens, (token) => {
    high = Math.imul(high ^ token, 0x01000193) >>> 0;
    low = Math.imul(low + token, 0x85ebca6b) ^ (low >>> 13);
    return high * 2 ** 21 + (low >>> 11);
  });
}

/** `expect(...).toEqual` a million times over would be most of the run. */
function same(actual: unknown, expected: unknown): void {
  deepStrictEqual(actual, expected);
}

function run(seed: number, operations: number): Twins {
  const random = new Random(seed);
  const twins = new Twins(random);
  const { live } = twins;
  for (let operation = 0; operation < operations; operation++) {
    const dice = random.next();
    if (dice < 0.3 || live.length === 0) twins.admit();
    else if (dice < 0.55) twins.grow(random.pick(live));
    else if (dice < 0.57) twins.lookAhead(random.pick(live));
    else if (dice < 0.58) twins.trim(random.pick(live));
    else if (dice < 0.64) {
      const leaving = live.filter((item) => twins.mayLeave(item));
      if (leaving.length > 0) twins.release(random.pick(leaving));
    } else {
      twins.step();
      if (dice < 0.71) twins.fork(random.pick(live));
      else if (dice < 0.86) twins.release(random.pick(live));
      else if (dice < 0.87) twins.pin(random.pick(live));
      else if (dice > 0.95) twins.adopt();
    }
    twins.compare();
  }
  twins.step();
  for (const item of [...live]) twins.release(item);
  expect(twins.kv.pool.used).toBe(twins.kv.pinnedBlocks);
  twins.compare();
  return twins;
}

describe("KvCache against a naive twin", () => {
  const operations = Number(process.env.OCTAVO_FUZZ_OPERATIONS ?? 1500);
  const seeds = Number(process.env.OCTAVO_FUZZ_SEEDS ?? 12);
  const total = { hitTokens: 0, partialHits: 0, copies: 0, refused: 0, adopted: 0, pinned: 0, evictions: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    test(`random operations, seed ${seed}`, () => {
      const { counts, naive } = run(seed, operations);
      for (const kind of Object.keys(counts) as (keyof typeof counts)[]) total[kind] += counts[kind];
      total.evictions += naive.evictions;
      // A run in which nothing is shared proves nothing.
      expect(counts.hitTokens).toBeGreaterThan(100);
      expect(counts.copies).toBeGreaterThan(10);
      expect(counts.adopted).toBeGreaterThan(10);
      expect(naive.evictions).toBeGreaterThan(10);
    }, 600_000);
  }

  test("these runs did everything", () => {
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(10);
    if (process.env.OCTAVO_FUZZ_OPERATIONS) console.log(JSON.stringify(total));
  });
});
