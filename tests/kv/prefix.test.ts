import { describe, expect, test } from "bun:test";
import { extendHash, HashChain } from "../../src/kv/hash_chain.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import type { KvSequence } from "../../src/kv/kv_sequence.ts";

interface Admitted {
  readonly kv: KvSequence;
  readonly hit: number;
}

/** `length` tokens that begin with `shared` and go on with values of their own. */
function prompt(length: number, shared: Uint32Array = new Uint32Array(0), own = 1): Uint32Array {
  const tokens = Uint32Array.from({ length }, (_, i) => own * 1000 + i);
  tokens.set(shared.subarray(0, length));
  return tokens;
}

/** Admits a prompt whole, in a step of its own. */
function admit(cache: KvCache, tokens: Uint32Array, salt = ""): Admitted {
  cache.beginStep();
  const chain = new HashChain(salt);
  const hit = cache.match(chain, tokens, tokens.length);
  const kv = cache.admit(hit, tokens.length)!;
  cache.commit(kv, chain, tokens, tokens.length);
  cache.takeCopies();
  cache.checkIntegrity();
  return { kv, hit: hit.tokens };
}

describe("the prefix cache, with vLLM's literal block ids (test_prefill: pool of 11, block 16)", () => {
  test("a second request with the same 48-token prefix hits [1, 2, 3] and takes [5]", () => {
    const cache = new KvCache(10, 16);
    const first = prompt(55);
    const a = admit(cache, first);
    expect(a.kv.blocks).toEqual([1, 2, 3, 4]);
    // The 49th token differs, so nothing of the fourth block, which is not full anyway, could be reused.
    const b = admit(cache, prompt(55, first.subarray(0, 48), 2));
    expect(b.kv.blocks).toEqual([1, 2, 3, 5]);
    expect(b.hit).toBe(48);
    expect(cache.pool.countShared()).toBe(3);
    cache.release(a.kv);
    cache.release(b.kv);
    // vLLM at that time: [6, 7, 8, 9, 10, 4, 5, 3, 2, 1]. We hand out blocks without reusable content first.
    expect(cache.pool.freeOrder()).toEqual([5, 4, 6, 7, 8, 9, 10, 3, 2, 1]);
    expect(cache.cachedFree).toBe(3);
  });

  test("freed blocks are found again, also from the middle of the free list, and evicted lazily, tail first", () => {
    const cache = new KvCache(10, 16);
    const first = prompt(80);
    const second = prompt(64, undefined, 2);
    const a = admit(cache, first);
    const b = admit(cache, second);
    expect([a.kv.blocks, b.kv.blocks]).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9],
    ]);
    cache.release(a.kv);
    cache.release(b.kv);
    expect(cache.pool.freeOrder()).toEqual([10, 5, 4, 3, 2, 1, 9, 8, 7, 6]);
    const again = admit(cache, prompt(33, first));
    expect(again.hit).toBe(32);
    expect(again.kv.blocks).toEqual([1, 2, 10]);
    // Nothing is left but cached blocks: the longest unused goes, and its content with it.
    const other = admit(cache, prompt(17, undefined, 3));
    expect(other.kv.blocks).toEqual([5, 4]);
    cache.release(again.kv);
    expect(admit(cache, prompt(80, first)).hit).toBe(48);
  });

  test("a hit leaves at least one token to compute", () => {
    const cache = new KvCache(10, 16);
    const tokens = prompt(32);
    admit(cache, tokens);
    // The second block is full and known, but its last token must be computed: all of it but that is copied.
    const b = admit(cache, tokens);
    expect(b.hit).toBe(31);
    expect(b.kv.blocks).toEqual([1, 3]);
  });
});

describe("hits to the token", () => {
  test("a prompt that leaves a cached block half way copies the part that matches", () => {
    const cache = new KvCache(10, 16);
    const first = prompt(40);
    admit(cache, first);
    cache.beginStep();
    const tokens = prompt(40, first.subarray(0, 27), 2);
    const chain = new HashChain("");
    const hit = cache.match(chain, tokens, 40);
    expect(hit).toEqual({ tokens: 27, blocks: [1], partial: 2 });
    const kv = cache.admit(hit, 40)!;
    expect(kv.blocks).toEqual([1, 4, 5]);
    expect(cache.takeCopies()).toEqual([{ source: 2, destination: 4 }]);
  });

  test("the source of a copy cannot be handed out before it has been read, even when it was free", () => {
    const cache = new KvCache(3, 16);
    const first = prompt(16);
    cache.release(admit(cache, first).kv);
    cache.beginStep();
    const hit = cache.match(new HashChain(""), prompt(30, first.subarray(0, 10), 2), 30);
    expect(hit).toEqual({ tokens: 10, blocks: [], partial: 1 });
    const kv = cache.admit(hit, 30)!;
    expect(kv.blocks).not.toContain(1);
    expect(cache.pool.free).toBe(0);
    cache.takeCopies();
    expect(cache.pool.free).toBe(1);
  });

  test("a sibling of the same step shares full blocks but copies nothing that is not computed yet", () => {
    const cache = new KvCache(10, 16);
    const tokens = prompt(32);
    const chain = new HashChain("");
    const kv = cache.admit(cache.match(chain, tokens, 32), 32)!;
    cache.commit(kv, chain, tokens, 32);
    expect(cache.match(new HashChain(""), tokens, 32)).toEqual({ tokens: 16, blocks: [1], partial: null });
    cache.beginStep();
    expect(cache.match(new HashChain(""), tokens, 32).tokens).toBe(31);
  });
});

describe("salts", () => {
  test("separate tenants: the same tokens under another salt are not found", () => {
    const cache = new KvCache(20, 16);
    const tokens = prompt(40);
    admit(cache, tokens, "a");
    expect(admit(cache, tokens, "b").hit).toBe(0);
    expect(admit(cache, tokens, "a").hit).toBe(32);
  });
});

describe("pinned prefixes", () => {
  function pinned(): { cache: KvCache; tokens: Uint32Array } {
    const cache = new KvCache(10, 16);
    const tokens = prompt(50);
    const { kv } = admit(cache, tokens, "operator");
    expect(cache.pin(kv, tokens, 50)).toBe(3);
    cache.release(kv);
    cache.checkIntegrity();
    return { cache, tokens };
  }

  test("are found under every salt, to the token, and outlive everything else", () => {
    const { cache, tokens } = pinned();
    expect(cache.pinnedBlocks).toBe(3);
    // Fill the rest of the pool: nothing pinned is evicted.
    cache.release(admit(cache, prompt(7 * 16, undefined, 5)).kv);
    const a = admit(cache, prompt(60, tokens.subarray(0, 48), 2), "a");
    expect([a.hit, a.kv.blocks.slice(0, 3)]).toEqual([48, [1, 2, 3]]);
    const b = admit(cache, prompt(60, tokens.subarray(0, 40), 3), "b");
    expect([b.hit, b.kv.blocks.slice(0, 2)]).toEqual([40, [1, 2]]);
    cache.release(a.kv);
    cache.release(b.kv);
    expect(cache.pool.used).toBe(3);
    cache.checkIntegrity();
  });

  test("what follows one stays with its salt", () => {
    const { cache, tokens } = pinned();
    const own = prompt(80, tokens.subarray(0, 48), 2);
    cache.release(admit(cache, own, "a").kv);
    expect(admit(cache, own, "b").hit).toBe(48);
    expect(admit(cache, own, "a").hit).toBe(79);
  });

  test("pinning what is pinned takes no more blocks", () => {
    const { cache, tokens } = pinned();
    const again = admit(cache, prompt(70, tokens.subarray(0, 48), 2), "c");
    expect(cache.pin(again.kv, prompt(70, tokens.subarray(0, 48), 2), 70)).toBe(1);
    cache.release(again.kv);
    expect(cache.pool.used).toBe(4);
    cache.checkIntegrity();
  });
});

describe("without prefix caching", () => {
  test("nothing is found and nothing kept", () => {
    const cache = new KvCache(10, 16, { prefixCaching: false });
    const tokens = prompt(40);
    cache.release(admit(cache, tokens).kv);
    expect(admit(cache, tokens).hit).toBe(0);
    expect(cache.cachedFree).toBe(0);
  });
});

test("a prefix has the same name at every block size", () => {
  const tokens = prompt(64);
  const chain = new HashChain("salt");
  const late = chain.at(tokens, 64);
  expect(new HashChain("salt").at(tokens, 64)).toBe(late);
  expect(chain.at(tokens, 32)).toBe(new HashChain("salt").at(tokens.subarray(0, 32), 32));
  expect(new HashChain("other").at(tokens, 64)).not.toBe(late);
});

describe("content computed elsewhere", () => {
  const tokens = prompt(33);
  const chain = new HashChain("");
  const block = (i: number) => ({
    hash: chain.at(tokens, 16 * (i + 1)),
    parent: chain.at(tokens, 16 * i),
    tokens: tokens.slice(16 * i, 16 * (i + 1)),
  });

  test("is adopted into free blocks without content, found from then on, and evicted last", () => {
    const cache = new KvCache(6, 16);
    expect([cache.adopt(block(0)), cache.adopt(block(1))]).toEqual([1, 2]);
    expect(cache.pool.freeOrder()).toEqual([3, 4, 5, 6, 1, 2]);
    cache.refresh(cache.blockOf(block(0).hash)!);
    expect(cache.pool.freeOrder()).toEqual([3, 4, 5, 6, 2, 1]);
    expect(admit(cache, tokens).kv.blocks).toEqual([1, 2, 3]);
    expect(admit(cache, tokens, "tenant").hit).toBe(0);
  });

  test("is refused where it is known already and where no block is free", () => {
    const cache = new KvCache(2, 16);
    expect(cache.adopt(block(0))).toBe(1);
    expect(cache.adopt(block(0))).toBeNull();
    admit(cache, prompt(32, undefined, 2));
    expect(cache.adopt(block(1))).toBeNull();
    expect(cache.blockOf(block(0).hash)).toBeUndefined();
  });

  test("has the name that its parent and its tokens give it", () => {
    const { hash, parent, tokens: own } = block(1);
    expect(extendHash(parent, own)).toBe(hash);
    expect(extendHash(hash, own)).not.toBe(hash);
  });
});

test("tells which full blocks are shared by a newcomer or pinned", () => {
  const reused: number[][] = [];
  const cache = new KvCache(10, 16, { onReuse: (blocks) => reused.push([...blocks]) });
  const tokens = prompt(40);
  const { kv } = admit(cache, tokens);
  expect(reused).toEqual([]);
  admit(cache, tokens);
  admit(cache, prompt(20, undefined, 2));
  cache.pin(kv, tokens, 40);
  expect(reused).toEqual([
    [1, 2],
    [1, 2],
  ]);
});
