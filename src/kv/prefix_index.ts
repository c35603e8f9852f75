import { assert } from "../base/assert.ts";
import type { PrefixHash } from "./hash_chain.ts";

/** What the index knows about a block that holds reusable K and V. */
export interface PrefixBlock {
  /** Of the prefix that ends with this block. */
  readonly hash: PrefixHash;
  /** Of the prefix before this block. */
  readonly parent: PrefixHash;
  /** The block's tokens, compared on every hit. */
  readonly tokens: Uint32Array;
}

/** A change of what can be found in the cache. */
export type PrefixEvent =
  | {
      readonly type: "stored";
      readonly block: number;
      readonly hash: PrefixHash;
      readonly parent: PrefixHash;
      /** Tokens in the block. */
      readonly tokens: number;
    }
  | { readonly type: "removed"; readonly block: number; readonly hash: PrefixHash };

/** Blocks after one parent that are looked at for a partial match: enough for real branching, and bounded. */
const MAX_SIBLINGS = 64;

/**
 * Which blocks hold the K and V of which prefixes. A block is found by the hash of its whole prefix, and confirmed by
 * comparing its own tokens; the parents were confirmed before it.
 */
export class PrefixIndex {
  readonly #entries = new Map<number, PrefixBlock>();
  readonly #byHash = new Map<PrefixHash, number>();
  readonly #children = new Map<PrefixHash, Set<number>>();
  readonly #onEvent: (event: PrefixEvent) => void;

  constructor(onEvent: (event: PrefixEvent) => void) {
    this.#onEvent = onEvent;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(block: number): boolean {
    return this.#entries.has(block);
  }

  /** What a block holds; undefined where it is not registered. */
  get(block: number): PrefixBlock | undefined {
    return this.#entries.get(block);
  }

  /** The block that ends the prefix `hash`. For hits see `find`, which confirms the tokens. */
  blockOf(hash: PrefixHash): number | undefined {
    return this.#byHash.get(hash);
  }

  /** Registers a full block; false where another block already stands for that prefix. */
  insert(block: number, hash: PrefixHash, parent: PrefixHash, tokens: Uint32Array): boolean {
    if (this.#byHash.has(hash)) return false;
    assert(!this.#entries.has(block), `block ${block} is registered twice`);
    this.#entries.set(block, { hash, parent, tokens: tokens.slice() });
    this.#byHash.set(hash, block);
    const siblings = this.#children.get(parent);
    if (siblings) siblings.add(block);
    else this.#children.set(parent, new Set([block]));
    this.#onEvent({ type: "stored", block, hash, parent, tokens: tokens.length });
    return true;
  }

  /** Forgets a block that is about to hold something else. */
  remove(block: number): void {
    const entry = this.#entries.get(block);
    assert(entry, `block ${block} is not registered`);
    this.#entries.delete(block);
    this.#byHash.delete(entry.hash);
    const siblings = this.#children.get(entry.parent)!;
    siblings.delete(block);
    if (siblings.size === 0) this.#children.delete(entry.parent);
    this.#onEvent({ type: "removed", block, hash: entry.hash });
  }

  /** Every registered block as if it were stored now, parents before children. */
  *stored(): IterableIterator<PrefixEvent> {
    for (const [block, { hash, parent, tokens }] of this.#entries) {
      yield { type: "stored", block, hash, parent, tokens: tokens.length };
    }
  }

  /** The block that ends the prefix `hash`; its tokens are `tokens`. */
  find(hash: PrefixHash, tokens: Uint32Array): number | undefined {
    const block = this.#byHash.get(hash);
    if (block === undefined) return undefined;
    return commonLength(this.#entries.get(block)!.tokens, tokens) === tokens.length ? block : undefined;
  }

  /** Of the blocks that follow the prefix `parent`, the one that begins with the most of `tokens`, and how many. */
  findPartial(
    parent: PrefixHash,
    tokens: Uint32Array,
    eligible: (block: number) => boolean,
  ): { readonly block: number; readonly tokens: number } | null {
    let best: { block: number; tokens: number } | null = null;
    let seen = 0;
    for (const block of this.#children.get(parent) ?? []) {
      if (++seen > MAX_SIBLINGS) break;
      if (!eligible(block)) continue;
      const length = commonLength(this.#entries.get(block)!.tokens, tokens);
      if (length > (best?.tokens ?? 0)) best = { block, tokens: length };
    }
    return best;
  }

  /** Throws unless the three maps tell the same story. */
  checkIntegrity(): void {
    assert(this.#byHash.size === this.#entries.size, "a registered block cannot be found by its hash");
    let children = 0;
    for (const [parent, blocks] of this.#children) {
      for (const block of blocks)
        assert(this.#entries.get(block)?.parent === parent, `block ${block} has a wrong parent`);
      children += blocks.size;
    }
    assert(children === this.#entries.size, "a registered block is missing among its parent's children");
    for (const [block, { hash }] of this.#entries)
      assert(this.#byHash.get(hash) === block, `block ${block} is shadowed`);
  }
}

/** How many tokens the two begin with in common. */
export function commonLength(a: Uint32Array, b: Uint32Array): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a[i] === b[i]) i++;
  return i;
}
