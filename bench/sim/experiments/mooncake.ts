import { HashChain } from "../../../src/kv/hash_chain.ts";
import { KvCache } from "../../../src/kv/kv_cache.ts";
import type { Experiment, Outcome } from "../experiment.ts";
import { readMooncake } from "../workloads/traces.ts";

/**
 * A block of the trace stands for 512 tokens; here it is a block of 8, which has the same hits and a 64th of the work.
 */
const BLOCK_SIZE = 8;
const TRACE_BLOCK = 512;

/** Cache sizes in blocks of the trace; the last one holds everything. */
const MEMORIES = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000];

/** Prefix hits of a production chat trace on the real cache, request by request in order of arrival. */
export const mooncake: Experiment = {
  name: "mooncake",
  title: "Mooncake: prefix hit rate against memory",
  run({ share }): Outcome {
    const trace = readMooncake();
    if (!trace) return { rows: [], charts: [], skipped: "the Mooncake trace is not in ../shared/data/traces" };
    const prompts = trace.slice(0, Math.ceil(trace.length * share));
    const requests = prompts.map(traceRequest);
    const points = MEMORIES.map((blocks) => [blocks, 100 * hitRate(requests, blocks)] as const);
    const whole = 100 * idealHitRate(prompts);
    return {
      rows: [
        { measure: "hit rate of an ideal cache", paper: "36.6 %", ours: whole, digits: 1, unit: "%" },
        ...points.map(([blocks, rate]) => ({
          measure: `hit rate with memory for ${((blocks * TRACE_BLOCK) / 1e6).toFixed(1)} M tokens`,
          paper: "-",
          ours: rate,
          digits: 1,
          unit: "%" as const,
        })),
      ],
      charts: [
        {
          kind: "lines",
          name: "mooncake_hit_rate",
          title: "Mooncake: prefix hits against memory",
          x: "blocks of 512 tokens",
          y: "% of prompt blocks",
          logX: true,
          series: [
            { name: "Octavo", points },
            { name: "ideal", points: MEMORIES.map((blocks) => [blocks, whole] as const) },
          ],
        },
      ],
    };
  },
};

/** A prompt for the cache: its tokens, and the names of its prefixes, which are the same in a cache of any size. */
interface TraceRequest {
  readonly blocks: number;
  readonly tokens: Uint32Array;
  readonly chain: HashChain;
}

/** A block's id fills its tokens; one token more, which nobody finds, stands for what has to be computed. */
export function traceRequest(ids: readonly number[]): TraceRequest {
  const tokens = new Uint32Array(ids.length * BLOCK_SIZE + 1);
  ids.forEach((id, i) => {
    tokens.fill(id, i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE);
  });
  return { blocks: ids.length, tokens, chain: new HashChain("") };
}

/** Of all prompt blocks, the share found in a cache of `numBlocks` with Octavo's eviction. */
export function hitRate(requests: readonly TraceRequest[], numBlocks: number): number {
  const kv = new KvCache(numBlocks, BLOCK_SIZE);
  let hits = 0;
  let total = 0;
  for (const { blocks, tokens, chain } of requests) {
    kv.beginStep();
    const hit = kv.match(chain, tokens, tokens.length);
    hits += hit.blocks.length;
    total += blocks;
    const sequence = kv.admit(hit, tokens.length);
    if (!sequence)
      throw new Error(`Cannot replay the trace: a request of ${blocks} blocks does not fit into ${numBlocks}`);
    kv.takeCopies();
    kv.commit(sequence, chain, tokens, tokens.length);
    kv.release(sequence);
  }
  return hits / total;
}

/** The same with room for everything ever seen. */
export function idealHitRate(requests: readonly (readonly number[])[]): number {
  const seen = new Set<number>();
  let hits = 0;
  let blocks = 0;
  for (const ids of requests) {
    const miss = ids.findIndex((id) => !seen.has(id));
    hits += miss < 0 ? ids.length : miss;
    blocks += ids.length;
    for (const id of ids) seen.add(id);
  }
  return hits / blocks;
}
