import { assert } from "../base/assert.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import type { Sequence } from "./sequence.ts";

export type SchedulingPolicy =
  /** First come, first served. */
  | "fcfs"
  /** Lower `priority` first, then first come, first served. */
  | "priority";

export interface SchedulerOptions {
  readonly policy: SchedulingPolicy;
  /** Most tokens computed in one step. */
  readonly maxBatchedTokens: number;
  /** Most sequences running at once. */
  readonly maxSequences: number;
  /** Longest chunk of one sequence in a step; 0: only the token budget limits it. */
  readonly longPrefillThreshold: number;
  /**
   * Blocks that an admission leaves free for every sequence that runs already, so that a newcomer is not the next victim.
   * 0 is vLLM's rule.
   */
  readonly headroom: number;
  /** Off: a waiting prompt is admitted only when the budget holds all of it. */
  readonly chunkedPrefill: boolean;
}

/**
 * The product's headroom. Simulated at saturation of the ShareGPT-like load, half a block a running sequence cuts the
 * recomputed tokens from 37 % to 22 % of all and still fills 96 % of the KV memory; more saves more and fills less.
 */
export const ADMISSION_HEADROOM = 0.5;

/** One sequence's share of a step: tokens [start, start + count). */
export interface ScheduledChunk {
  readonly sequence: Sequence;
  readonly start: number;
  readonly count: number;
}

/**
 * Decides what every step computes (vLLM V1's rules): running sequences first, then waiting ones, while the token budget
 * and the blocks last. Both lists are kept in the policy's order, first come first served unless priorities say
 * otherwise. When a running sequence finds no block, the last one in that order gives up all of its own and waits again,
 * in its old place. Pure: no clock, no device.
 *
 * No deadlock: the first running sequence can preempt every other one, and the engine admits no request that is larger
 * than the whole cache. No stall: a prefill chunk leaves a token of the budget for every running sequence that decodes,
 * so each of those gets its token in every step, however long the prompts in front of it.
 */
export class Scheduler {
  readonly running: Sequence[] = [];
  readonly waiting: Sequence[] = [];
  readonly #kv: KvCache;
  readonly #options: SchedulerOptions;
  #preemptions = 0;
  #prefixQueries = 0;
  #prefixHits = 0;
  #arrivals = 0;

  constructor(kv: KvCache, options: SchedulerOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Preemptions since the start. */
  get preemptions(): number {
    return this.#preemptions;
  }

  /** Prompt tokens looked up in the prefix cache, and those found, since the start. */
  get prefixTokens(): { readonly queries: number; readonly hits: number } {
    return { queries: this.#prefixQueries, hits: this.#prefixHits };
  }

  add(sequence: Sequence): void {
    sequence.arrival = this.#arrivals++;
    this.#insert(this.waiting, sequence);
  }

  /** Chooses the next step's chunks and reserves their blocks; empty when nothing can run. */
  schedule(): ScheduledChunk[] {
    const { running, waiting } = this;
    this.#kv.beginStep();
    const chunks: ScheduledChunk[] = [];
    const preemptionsBefore = this.#preemptions;
    let budget = this.#options.maxBatchedTokens;

    let decodesAhead = running.reduce((count, sequence) => count + Number(isDecode(sequence)), 0);
    for (let i = 0; i < running.length && budget > 0; i++) {
      const sequence = running[i]!;
      const missing = sequence.numTokens - sequence.numComputed;
      const decode = isDecode(sequence);
      if (decode) decodesAhead--;
      const count = decode ? 1 : this.#chunkSize(missing, budget - decodesAhead);
      if (count <= 0) continue;
      if (!this.#reserveByPreempting(sequence, sequence.numComputed + count)) break;
      chunks.push(this.#chunk(sequence, count));
      budget -= count;
    }

    // What a preemption just freed belongs to the sequences that run on, not to a newcomer.
    if (this.#preemptions > preemptionsBefore) return chunks;

    const admitted: Sequence[] = [];
    let owed = running.reduce((blocks, sequence) => blocks + this.#owed(sequence), 0);
    while (budget > 0 && waiting.length > 0 && running.length + admitted.length < this.#options.maxSequences) {
      const sequence = waiting[0]!;
      const hit = this.#kv.match(sequence.chain, sequence.tokens, sequence.numTokens);
      const missing = sequence.numTokens - hit.tokens;
      if (!this.#options.chunkedPrefill && missing > budget) break;
      const others = running.length + admitted.length;
      const left = this.#kv.freeAfter(hit, sequence.numTokens) - owed;
      if (others > 0 && left < this.#options.headroom * others) break;
      const count = this.#chunkSize(missing, budget);
      const kv = this.#kv.admit(hit, hit.tokens + count);
      if (kv === null) break;
      waiting.shift();
      sequence.kv = kv;
      sequence.numComputed = hit.tokens;
      if (sequence.preemptions === 0) this.#countHit(sequence, hit.tokens);
      admitted.push(sequence);
      owed += this.#owed(sequence);
      chunks.push(this.#chunk(sequence, count));
      budget -= count;
    }
    for (const sequence of admitted) this.#insert(running, sequence);
    return chunks;
  }

  /** Notes that the chunk's K and V are in the cache. True when the sequence has caught up and a token was sampled. */
  advance({ sequence, start, count }: ScheduledChunk): boolean {
    assert(sequence.numComputed === start, `${sequence.id} advanced from ${sequence.numComputed}, not from ${start}`);
    sequence.numComputed += count;
    return sequence.numComputed === sequence.numTokens;
  }

  /** Takes a sequence out, wherever it is; its blocks are free at once. */
  remove(sequence: Sequence): void {
    const list = sequence.kv ? this.running : this.waiting;
    const index = list.indexOf(sequence);
    assert(index >= 0, `${sequence.id} is neither running nor waiting`);
    list.splice(index, 1);
    this.#releaseBlocks(sequence);
  }

  /** Blocks that a sequence still needs for the tokens it has: those of the chunks to come. */
  #owed({ kv, numTokens }: Sequence): number {
    return this.#kv.blocksFor(numTokens) - (kv?.blocks.length ?? 0);
  }

  #chunkSize(missing: number, budget: number): number {
    const { longPrefillThreshold } = this.#options;
    return Math.min(missing, budget, longPrefillThreshold > 0 ? longPrefillThreshold : missing);
  }

  /** The next tokens of a sequence whose slots are reserved. Full blocks can be found from here on. */
  #chunk(sequence: Sequence, count: number): ScheduledChunk {
    const start = sequence.numComputed;
    const { kv } = sequence;
    assert(kv, `${sequence.id} is scheduled without blocks`);
    this.#kv.commit(kv, sequence.chain, sequence.tokens, start + count);
    return { sequence, start, count };
  }

  /** A preempted sequence finds its own blocks again; only what others left behind counts as a hit. */
  #countHit(sequence: Sequence, tokens: number): void {
    sequence.cachedTokens = tokens;
    this.#prefixQueries += sequence.numTokens;
    this.#prefixHits += tokens;
  }

  /** False when the sequence itself was the last one left to preempt. */
  #reserveByPreempting(sequence: Sequence, tokens: number): boolean {
    const { kv } = sequence;
    assert(kv, `${sequence.id} runs without blocks`);
    while (!this.#kv.reserve(kv, tokens)) {
      const victim = this.running.pop();
      assert(victim, "a sequence that does not run needs blocks");
      this.#releaseBlocks(victim);
      victim.numComputed = 0;
      victim.preemptions++;
      this.#preemptions++;
      this.#insert(this.waiting, victim);
      if (victim === sequence) return false;
    }
    return true;
  }

  /** Puts a sequence in its place: `list` stays in the policy's order. */
  #insert(list: Sequence[], sequence: Sequence): void {
    let at = list.length;
    while (at > 0 && this.#isBefore(sequence, list[at - 1]!)) at--;
    list.splice(at, 0, sequence);
  }

  #isBefore(a: Sequence, b: Sequence): boolean {
    if (this.#options.policy === "priority" && a.priority !== b.priority) return a.priority < b.priority;
    return a.arrival < b.arrival;
  }

  #releaseBlocks(sequence: Sequence): void {
    if (!sequence.kv) return;
    this.#kv.release(sequence.kv);
    sequence.kv = null;
  }
}

/** One token is missing: the last one sampled, or the end of a prompt. */
function isDecode({ numTokens, numComputed }: Sequence): boolean {
  return numTokens - numComputed === 1;
}
