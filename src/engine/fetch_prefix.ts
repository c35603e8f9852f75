import type { PrefixStore } from "../contracts/prefix_store.ts";
import type { PrefixHash } from "../kv/hash_chain.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import type { Sequence } from "./sequence_group.ts";

/** Brings what the store holds of a prompt beyond what the cache does; null where that is nothing. */
export function fetchPrefix(store: PrefixStore | undefined, kv: KvCache, sequence: Sequence): Promise<void> | null {
  if (!store) return null;
  const { blocks } = kv.match(sequence.chain, sequence.tokens, sequence.group.promptLength);
  return store.fetch(blocks, namesFrom(blocks.length, kv.blockSize, sequence));
}

/** Of the full blocks of a prompt from the given one on, computed as far as they are read. */
function* namesFrom(block: number, blockSize: number, { chain, tokens, group }: Sequence): Generator<PrefixHash> {
  const { promptLength } = group;
  for (let end = (block + 1) * blockSize; end <= promptLength; end += blockSize) yield chain.at(tokens, end);
}
