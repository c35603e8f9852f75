import { createHash } from "node:crypto";

/** Names a prefix: its tokens and whatever else makes their K and V what they are. 128 bits as 16 latin1 characters. */
export type PrefixHash = string;

/** Tokens per link of the chain: the smallest block size, so that a prefix has one name whatever the block size. */
export const GRANULE = 8;

/**
 * The hashes of a token sequence's prefixes at every GRANULE tokens: hash(parent, tokens), from a root that stands for
 * the extra keys (cache salt). SHA-256, because a collision that a tenant can make would show another tenant's cache.
 * Grows with the sequence; each link is computed once.
 */
export class HashChain {
  readonly root: PrefixHash;
  readonly #salt: string;
  readonly #links: PrefixHash[] = [];

  constructor(salt: string) {
    this.#salt = salt;
    this.root = digest(`octavo prefix ${salt}`, new Uint32Array(0));
  }

  /** The chain of a sequence that has the first `length` tokens in common with this one. */
  fork(length: number): HashChain {
    const child = new HashChain(this.#salt);
    const links = Math.min(this.#links.length, Math.floor(length / GRANULE));
    for (let i = 0; i < links; i++) child.#links.push(this.#links[i]!);
    return child;
  }

  /** The hash of tokens [0, length); `length` is a multiple of GRANULE and those tokens no longer change. */
  at(tokens: Uint32Array, length: number): PrefixHash {
    const links = this.#links;
    const wanted = length / GRANULE;
    while (links.length < wanted) {
      const start = links.length * GRANULE;
      links.push(digest(links.at(-1) ?? this.root, tokens.subarray(start, start + GRANULE)));
    }
    return wanted === 0 ? this.root : links[wanted - 1]!;
  }
}

/** The name of the prefix that goes on from `parent` with `tokens`, whose number is a multiple of GRANULE. */
export function extendHash(parent: PrefixHash, tokens: Uint32Array): PrefixHash {
  let hash = parent;
  for (let start = 0; start < tokens.length; start += GRANULE) {
    hash = digest(hash, tokens.subarray(start, start + GRANULE));
  }
  return hash;
}

function digest(parent: string, tokens: Uint32Array): PrefixHash {
  const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
  return createHash("sha256").update(parent, "latin1").update(bytes).digest("latin1").slice(0, 16);
}
