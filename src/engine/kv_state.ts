import type { KvState } from "../contracts/generation.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import type { KvSequence } from "../kv/kv_sequence.ts";
import type { Scheduler } from "./scheduler.ts";

/** The picture behind GET /debug/kv, taken between steps. */
export function kvState(cache: KvCache, scheduler: Scheduler): KvState {
  const { pool, blockSize } = cache;
  const computed = new Map<KvSequence, number>();
  const running = scheduler.running.flatMap(({ branches }) => branches);
  for (const { kv, numComputed } of running) if (kv) computed.set(kv, numComputed);
  const stored = cache.storedTokens((sequence) => computed.get(sequence) ?? 0);
  // A pinned prefix is there whoever asks for it; the rest is what live requests take.
  const used = pool.used - cache.pinnedBlocks;
  const slots = used * blockSize;
  return {
    block_size: blockSize,
    num_blocks: pool.numBlocks,
    free: pool.free,
    used,
    cached_free: cache.cachedFree,
    shared: pool.countShared(),
    pinned: cache.pinnedBlocks,
    utilization: slots === 0 ? 1 : stored / slots,
    waste_tokens: slots - stored,
    running: running.map(({ id, numTokens, numComputed, kv }) => ({
      id,
      tokens: numTokens,
      computed: numComputed,
      blocks: kv ? [...kv.blocks] : [],
    })),
    waiting: scheduler.waiting.flatMap(({ branches, preemptions }) =>
      branches.map(({ id, numTokens }) => ({ id, tokens: numTokens, preemptions })),
    ),
    preemptions: scheduler.preemptions,
    prefix_hits_tokens: scheduler.prefixTokens.hits,
    prefix_queries_tokens: scheduler.prefixTokens.queries,
    cow_copies: cache.totalCopies,
  };
}
