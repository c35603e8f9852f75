import type { PrefixHash } from "../kv/hash_chain.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import type { Sequence } from "./sequence.ts";

/** The names of a prompt's full blocks from the first that the cache does not hold, computed as far as they are read. */
export function* missingPrefix(kv: KvCache, { chain, tokens, promptLength }: Sequence): Generator<PrefixHash> {
  const { blockSize } = kv;
  const found = kv.match(chain, tokens, promptLength).blocks.length;
  for (let end = (found + 1) * blockSize; end <= promptLength; end += blockSize) yield chain.at(tokens, end);
}
