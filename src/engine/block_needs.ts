import type { KvCache } from "../kv/kv_cache.ts";
import type { SequenceGroup } from "./sequence_group.ts";

/** Blocks that a group still needs for the tokens it has: those of the chunks to come. */
export function blocksOwed(cache: KvCache, group: SequenceGroup): number {
  let blocks = 0;
  for (const { kv, numTokens } of group.branches) if (kv) blocks += cache.blocksFor(numTokens) - kv.blocks.length;
  return blocks + blocksOwedByBranches(cache, group);
}

/** What the branches need for themselves once they have parted. */
export function blocksOwedByBranches(cache: KvCache, { isLed, branches, common, numTokens }: SequenceGroup): number {
  if (!isLed || branches.length === 1) return 0;
  const shared = Math.floor(common / cache.blockSize);
  return (branches.length - 1) * (cache.blocksFor(numTokens) - shared);
}

/** Free blocks beyond those for all the tokens that running groups have; negative where some would be preempted. */
export function spareBlocks(cache: KvCache, running: readonly SequenceGroup[]): number {
  let spare = cache.pool.free;
  for (const group of running) {
    spare -= blocksOwed(cache, group);
    // A tail that the branches share is copied by those who write to it.
    if (group.branches.length > 1) spare -= group.branches.length;
  }
  return spare;
}
