import type { KvState } from "../contracts/generation.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import type { KvSequence } from "../kv/kv_sequence.ts";
import type { Scheduler } from "./scheduler.ts";

/** The picture behind GET /debug/kv, taken between steps. */
export function kvState(kv: KvCache, scheduler: Scheduler): KvState {
  const { pool, blockSize } = kv;
  const computed = new Map<KvSequence, number>();
  for (const sequence of scheduler.running) if (sequence.kv) computed.set(sequence.kv, sequence.numComputed);
  const stored = kv.storedTokens((sequence) => computed.get(sequence) ?? 0);
  // A pinned prefix is there whoever asks for it; the rest is what live requests take.
  const used = pool.used - kv.pinnedBlocks;
  const slots = used * blockSize;
  return {
    block_size: blockSize,
    num_blocks: pool.numBlocks,
    free: pool.free,
    used,
    cached_free: kv.cachedFree,
    shared: pool.countShared(),
    pinned: kv.pinnedBlocks,
    utilization: slots === 0 ? 1 : stored / slots,
    waste_tokens: slots - stored,
    running: scheduler.running.map(({ id, numTokens, numComputed, kv: cache }) => ({
      id,
      tokens: numTokens,
      computed: numComputed,
      blocks: cache ? [...cache.blocks] : [],
    })),
    waiting: scheduler.waiting.map(({ id, numTokens, preemptions }) => ({ id, tokens: numTokens, preemptions })),
    preemptions: scheduler.preemptions,
    prefix_hits_tokens: scheduler.prefixTokens.hits,
    prefix_queries_tokens: scheduler.prefixTokens.queries,
    cow_copies: kv.totalCopies,
  };
}
