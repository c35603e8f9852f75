import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { HashChain } from "../../src/kv/hash_chain.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import type { KvSequence } from "../../src/kv/kv_sequence.ts";

/** A sequence as the engine would hold it: its tokens, those computed, and the salt's chain. */
interface Live {
  readonly kv: KvSequence;
  readonly tokens: Uint32Array;
  readonly salt: string;
  readonly chain: HashChain;
  /** Tokens whose K and V are in the cache, or will be after the next step. */
  scheduled: number;
  computed: number;
}

const LONGEST = 120;

/**
 * A naive twin of the cache: a flat memory where the K and V of a token is the text of the salt and of all tokens up to
 * it. A slot that is read where anybody else wrote, or that a hit gave away while stale, holds another text.
 */
class Twin {
  readonly kv: KvCache;
  readonly live: Live[] = [];
  readonly #memory = new Map<number, string>();
  readonly #random: Random;
  hitTokens = 0;
  copies = 0;
  adopted = 0;

  constructor(kv: KvCache, random: Random) {
    this.kv = kv;
    this.#random = random;
  }

  /** Admits a sequence whose prompt is likely to share a prefix with earlier ones. */
  admit(): void {
    const random = this.#random;
    // Few alphabets and seldom a change of course: long common prefixes that end anywhere.
    const tokens = new Uint32Array(LONGEST).fill(random.integer(1, 2));
    for (let change = random.integer(0, 2); change > 0; change--) {
      tokens.fill(random.integer(1, 3), random.integer(0, LONGEST - 1));
    }
    const salt = random.pick(["", "", "tenant"]);
    const chain = new HashChain(salt);
    const prompt = random.integer(1, LONGEST / 2);
    const hit = this.kv.match(chain, tokens, prompt);
    expect(hit.tokens).toBeLessThan(prompt);
    const scheduled = hit.tokens + random.integer(1, prompt - hit.tokens);
    const free = this.kv.pool.free;
    const kv = this.kv.admit(hit, scheduled);
    if (kv === null) {
      expect(this.kv.pool.free).toBe(free);
      return;
    }
    this.hitTokens += hit.tokens;
    this.kv.commit(kv, chain, tokens, scheduled);
    this.live.push({ kv, tokens, salt, chain, scheduled, computed: hit.tokens });
  }

  /** Schedules more tokens of a sequence. */
  grow(item: Live): void {
    const upTo = Math.min(LONGEST, item.scheduled + this.#random.integer(1, 12));
    const before = { free: this.kv.pool.free, blocks: [...item.kv.blocks] };
    if (!this.kv.reserve(item.kv, upTo)) {
      expect({ free: this.kv.pool.free, blocks: item.kv.blocks }).toEqual(before);
      return;
    }
    item.scheduled = upTo;
    this.kv.commit(item.kv, item.chain, item.tokens, upTo);
  }

  /** Between steps: a second sequence that goes its own way from here. */
  fork(parent: Live): void {
    const tokens = parent.tokens.slice();
    tokens.fill(this.#random.integer(1, 3), parent.scheduled);
    const kv = this.kv.fork(parent.kv);
    this.live.push({ ...parent, kv, tokens, chain: new HashChain(parent.salt) });
  }

  release(item: Live): void {
    this.live.splice(this.live.indexOf(item), 1);
    this.kv.release(item.kv);
  }

  /** Between steps: content that was computed elsewhere, whose parents may or may not be there. */
  adopt(): void {
    const { kv } = this;
    const random = this.#random;
    const tokens = new Uint32Array(LONGEST).fill(random.integer(1, 2));
    const salt = random.pick(["", "tenant"]);
    const start = random.integer(0, LONGEST / kv.blockSize - 2) * kv.blockSize;
    const end = start + kv.blockSize;
    const chain = new HashChain(salt);
    const content = { hash: chain.at(tokens, end), parent: chain.at(tokens, start), tokens: tokens.slice(start, end) };
    const { free } = kv.pool;
    const known = kv.blockOf(content.hash);
    const block = kv.adopt(content);
    expect(kv.pool.free).toBe(free);
    if (known !== undefined || free === 0) {
      expect(block).toBeNull();
      return;
    }
    this.adopted++;
    expect(kv.contentOf(block!)).toEqual(content);
    expect(kv.blockOf(content.hash)).toBe(block!);
    expect(kv.pool.freeOrder().at(-1)).toBe(block!);
    for (let i = 0; i < kv.blockSize; i++) {
      this.#memory.set(block! * kv.blockSize + i, `${salt} ${tokens.subarray(0, start + i + 1).join(" ")}`);
    }
    kv.refresh(random.integer(1, kv.pool.numBlocks));
  }

  /** Copies, writes what was scheduled, then reads everything back. */
  step(): void {
    const before = new Map(this.#memory);
    const { blockSize } = this.kv;
    for (const { source, destination } of this.kv.takeCopies()) {
      this.copies++;
      for (let i = 0; i < blockSize; i++) {
        this.#memory.set(destination * blockSize + i, before.get(source * blockSize + i) ?? "nothing");
      }
    }
    for (const item of this.live) {
      for (; item.computed < item.scheduled; item.computed++) {
        this.#memory.set(this.#slot(item, item.computed), this.#content(item, item.computed));
      }
    }
    for (const item of this.live) {
      for (let position = 0; position < item.computed; position++) {
        const found = this.#memory.get(this.#slot(item, position));
        if (found !== this.#content(item, position)) throw new Error(`position ${position} holds ${found}`);
      }
    }
    this.kv.beginStep();
  }

  #slot({ kv }: Live, position: number): number {
    const { blockSize } = this.kv;
    return kv.blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize);
  }

  #content({ tokens, salt }: Live, position: number): string {
    return `${salt} ${tokens.subarray(0, position + 1).join(" ")}`;
  }
}

function run(seed: number, operations: number): Twin {
  const random = new Random(seed);
  const kv = new KvCache(random.integer(6, 40), random.pick([8, 8, 16]));
  const twin = new Twin(kv, random);
  for (let operation = 0; operation < operations; operation++) {
    const dice = random.next();
    if (dice < 0.3 || twin.live.length === 0) twin.admit();
    else if (dice < 0.6) twin.grow(random.pick(twin.live));
    else if (dice < 0.68) {
      twin.step();
      twin.fork(random.pick(twin.live));
    } else if (dice < 0.85) {
      // Sequences leave between steps, when all that was registered is computed.
      twin.step();
      twin.release(random.pick(twin.live));
    } else {
      twin.step();
      if (dice > 0.95) twin.adopt();
    }
    kv.checkIntegrity();
    expect(kv.pool.free + kv.pool.used).toBe(kv.pool.numBlocks);
  }
  twin.step();
  for (const item of [...twin.live]) twin.release(item);
  expect(kv.pool.used).toBe(0);
  kv.checkIntegrity();
  return twin;
}

describe("KvCache against a naive twin", () => {
  const operations = Number(process.env.OCTAVO_FUZZ_OPERATIONS ?? 1500);
  for (let seed = 1; seed <= 12; seed++) {
    test(`random operations, seed ${seed}`, () => {
      const { hitTokens, copies, adopted } = run(seed, operations);
      // A run in which nothing is shared proves nothing.
      expect(hitTokens).toBeGreaterThan(100);
      expect(copies).toBeGreaterThan(10);
      expect(adopted).toBeGreaterThan(10);
    });
  }
});
