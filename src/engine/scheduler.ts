import { assert } from "../base/assert.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import { blocksOwed, blocksOwedByBranches, spareBlocks } from "./block_needs.ts";
import { type Drafting, DraftRoom } from "./draft_room.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";
import type { SwapSpace } from "./swap_space.ts";

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
  /** Most samples drawn in one step, where sequences draft; `maxSequences` at least, and where it is left out. */
  readonly maxSamples?: number;
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

/** Where preempted groups may leave their blocks, and whether that pays. */
export interface Swapping {
  readonly space: SwapSpace;
  readonly pays: boolean;
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
  /** Guesses of the tokens that follow the sequence's last one: the last of `count`. */
  readonly draft?: Uint32Array | undefined;
  /** Who gets a token from the last row: nobody yet, the sequence, or every branch of a group that has not parted. */
  readonly samples: "none" | "own" | "all";
}

/**
 * Decides what every step computes (vLLM V1's rules): running groups first, then waiting ones, while the token budget and
 * the blocks last. Both lists are kept in the policy's order, first come first served unless priorities say otherwise. A
 * group is admitted, scheduled and preempted as one. When a running group finds no block, the last one in that order that
 * holds any alone gives up all of its own and waits again, in its old place; what it gave up is lost block by block,
 * from its tail, as others take it. Pure: no clock, no device.
 *
 * No starvation: only groups behind the one in need are preempted, so the first in order never is, and finishes; then the
 * next one is first. No deadlock: the first can preempt every other one, and the engine admits no group that is larger
 * than the whole cache. No stall: a prefill chunk leaves tokens of the budget for every running group that decodes, so
 * each of those gets its tokens in every step, however long the prompts in front of it.
 */
export class Scheduler {
  readonly running: SequenceGroup[] = [];
  readonly waiting: SequenceGroup[] = [];
  readonly #kv: KvCache;
  readonly #options: SchedulerOptions;
  readonly #swapping: Swapping | null;
  readonly #drafting: Drafting | null;
  #preemptions = 0;
  #prefixQueries = 0;
  #prefixHits = 0;
  #arrivals = 0;

  constructor(
    kv: KvCache,
    options: SchedulerOptions,
    swapping: Swapping | null = null,
    drafting: Drafting | null = null,
  ) {
    this.#kv = kv;
    this.#options = options;
    this.#swapping = swapping;
    this.#drafting = drafting;
  }

  /** Preemptions since the start. */
  get preemptions(): number {
    return this.#preemptions;
  }

  /** Prompt tokens looked up in the prefix cache, and those found, since the start. */
  get prefixTokens(): { readonly queries: number; readonly hits: number } {
    return { queries: this.#prefixQueries, hits: this.#prefixHits };
  }

  /** Some group waits for its masks. */
  get holdsAny(): boolean {
    return this.running.some((group) => group.isHeld);
  }

  add(group: SequenceGroup): void {
    group.arrival = this.#arrivals++;
    this.#insert(this.waiting, group);
  }

  /** Chooses the next step's chunks and reserves their blocks; empty when nothing can run. */
  schedule(): ScheduledChunk[] {
    const { running } = this;
    this.#kv.beginStep();
    for (const group of running) if (group.isReadyToPart) this.#part(group);
    const chunks: ScheduledChunk[] = [];
    const preemptionsBefore = this.#preemptions;
    let budget = this.#options.maxBatchedTokens;

    const room = this.#drafting && this.#draftRoom();
    let decodesAhead = 0;
    for (const group of running) decodesAhead += group.decodeRows;
    for (let i = 0; i < running.length && budget > 0; i++) {
      const group = running[i]!;
      decodesAhead -= group.decodeRows;
      if (group.isHeld) continue;
      const first = chunks.length;
      this.#addChunks(group, budget - decodesAhead, chunks);
      if (!this.#reserveByPreempting(group, chunks, first)) {
        chunks.length = first;
        break;
      }
      if (room) this.#addDraft(group, chunks, first, room, budget - decodesAhead);
      for (let at = first; at < chunks.length; at++) budget -= this.#commit(chunks[at]!);
    }
    // What a preemption just freed belongs to the groups that run on, not to a newcomer.
    if (this.#preemptions === preemptionsBefore) this.#admitWaiting(budget, chunks);
    return chunks;
  }

  /**
   * Every running group surely gets its next tokens without a preemption, which would need to know the tokens on their
   * way: those of the victim, and who ends with them and leaves its blocks.
   */
  get hasRoom(): boolean {
    return spareBlocks(this.#kv, this.running) >= 0;
  }

  /** Notes that the chunk's K and V are in the cache, as far as the next step can tell; those of a draft are not yet. */
  advance({ sequence, start, count, draft, samples }: ScheduledChunk): void {
    assert(sequence.numComputed === start, `${sequence.id} advanced from ${sequence.numComputed}, not from ${start}`);
    sequence.numComputed += count - (draft?.length ?? 0);
    if (samples === "all") this.#part(sequence.group);
  }

  /** The next token of a draft is the one that was drawn, so its K and V are right. */
  confirm(sequence: Sequence): void {
    sequence.numComputed++;
    this.#drafting?.accepted();
  }

  /** Gives back what a draft took and did not fill. */
  settle({ kv, numComputed }: Sequence): void {
    if (kv) this.#kv.trim(kv, numComputed);
  }

  /** The token at `position`, whose step is over. What it fills and is computed can be found from here on. */
  learn(sequence: Sequence, position: number, tokenId: number): void {
    sequence.learn(position, tokenId);
    const { kv, chain, tokens, numComputed, numKnown } = sequence;
    if (kv) this.#kv.commit(kv, chain, tokens, Math.min(numComputed, numKnown));
  }

  /**
   * Puts other branches in the place of the group's: one for each of `parents`, which is a branch of the group and may
   * stand there several times or not at all. Returns the new ones in that order. Between steps, all tokens computed.
   */
  branch(group: SequenceGroup, parents: readonly Sequence[]): Sequence[] {
    const taken = new Set<Sequence>();
    const next = parents.map((parent, index) => {
      if (taken.has(parent)) return this.#fork(parent, index);
      taken.add(parent);
      return parent;
    });
    for (const branch of group.branches) if (!taken.has(branch)) this.#releaseBlocks(branch);
    group.branches.splice(0, group.branches.length, ...next);
    group.parted = true;
    return next;
  }

  /** Takes one branch out; its blocks are free at once. The last one takes the group with it. */
  remove(branch: Sequence): void {
    const { group } = branch;
    if (group.branches.length === 1) {
      const list = branch.kv ? this.running : this.waiting;
      const index = list.indexOf(group);
      assert(index >= 0, `${group.id} is neither running nor waiting`);
      list.splice(index, 1);
      group.branches.length = 0;
    } else {
      group.leave(branch);
    }
    this.#releaseBlocks(branch);
  }

  #admitWaiting(budget: number, chunks: ScheduledChunk[]): void {
    const { running, waiting } = this;
    const { maxSequences, headroom, chunkedPrefill } = this.#options;
    const admitted: SequenceGroup[] = [];
    let owed = 0;
    let sequences = 0;
    for (const group of running) {
      owed += blocksOwed(this.#kv, group);
      sequences += group.width;
    }
    while (budget > 0 && waiting.length > 0 && sequences + waiting[0]!.width <= maxSequences) {
      const group = waiting[0]!;
      const { leader, common } = group;
      // Without a token that may be found, nothing is.
      const findable = group.readsPrompt ? 1 : common;
      let hit = this.#kv.match(leader.chain, leader.tokens, findable);
      const left = this.#kv.freeAfter(hit, common) - blocksOwedByBranches(this.#kv, group) - owed;
      if (sequences > 0 && left < headroom * sequences) break;
      if (this.#isSwappedIn(group, hit.blocks)) hit = this.#kv.match(leader.chain, leader.tokens, findable);
      const missing = common - hit.tokens;
      if (!chunkedPrefill && missing > budget) break;
      const count = this.#chunkSize(missing, budget);
      const kv = this.#kv.admit(hit, hit.tokens + count);
      if (kv === null) break;
      waiting.shift();
      leader.kv = kv;
      leader.numComputed = hit.tokens;
      if (group.preemptions === 0) this.#countHit(group, hit.tokens);
      admitted.push(group);
      owed += blocksOwed(this.#kv, group);
      sequences += group.width;
      chunks.push(chunkOf(leader, count));
      budget -= this.#commit(chunks.at(-1)!);
    }
    for (const group of admitted) this.#insert(running, group);
  }

  /**
   * Adds the next tokens of a running group, at most `budget` of them. Its branches come to their last token together: as
   * long as the budget cannot bring all of them there, none goes further than the token before.
   */
  #addChunks(group: SequenceGroup, budget: number, chunks: ScheduledChunk[]): void {
    const { leader, branches } = group;
    if (budget <= 0) return;
    if (group.isLed) {
      const count = this.#chunkSize(group.common - leader.numComputed, budget);
      if (count > 0) chunks.push(chunkOf(leader, count));
      return;
    }
    let whole = true;
    let left = budget;
    for (const { numTokens, numComputed } of branches) {
      const missing = numTokens - numComputed;
      if (this.#chunkSize(missing, left) < missing) whole = false;
      left -= missing;
    }
    left = budget;
    for (const sequence of branches) {
      const missing = sequence.numTokens - sequence.numComputed;
      const count = whole ? missing : this.#chunkSize(missing - 1, left);
      if (count > 0) chunks.push(chunkOf(sequence, count));
      left -= count;
    }
  }

  /** Lets full blocks of known tokens be found, of a chunk whose slots are reserved; returns its tokens. */
  #commit({ sequence, start, count }: ScheduledChunk): number {
    const { kv, chain, tokens, numKnown } = sequence;
    assert(kv, `${sequence.id} is scheduled without blocks`);
    this.#kv.commit(kv, chain, tokens, Math.min(start + count, numKnown));
    return count;
  }

  #draftRoom(): DraftRoom {
    const { maxSequences, maxSamples = maxSequences } = this.#options;
    let sequences = 0;
    for (const { width } of this.running) sequences += width;
    for (const { width } of this.waiting) sequences += width;
    return new DraftRoom(this.#kv, spareBlocks(this.#kv, this.running), maxSamples - Math.min(maxSequences, sequences));
  }

  #addDraft(group: SequenceGroup, chunks: ScheduledChunk[], at: number, room: DraftRoom, budget: number): void {
    const chunk = chunks[at];
    if (!chunk) return;
    const draft = this.#drafting!.draft(group, room.mostFor(group, budget), this.running.length);
    if (!draft) return;
    room.take(group, draft);
    chunks[at] = { ...chunk, count: chunk.count + draft.length, draft };
  }

  /** Takes slots for the group's chunks, from `first` on; false when the group itself was the last one left to preempt. */
  #reserveByPreempting(group: SequenceGroup, chunks: readonly ScheduledChunk[], first: number): boolean {
    for (let at = first; at < chunks.length; at++) {
      const { sequence, start, count } = chunks[at]!;
      const { kv } = sequence;
      assert(kv, `${sequence.id} runs without blocks`);
      while (!this.#kv.reserve(kv, start + count)) {
        const victim = this.#victimFor(group);
        this.#preempt(victim);
        if (victim === group) return false;
      }
    }
    return true;
  }

  /** The last group behind the one in need that would free a block, or the group itself. */
  #victimFor(group: SequenceGroup): SequenceGroup {
    const { running } = this;
    let at = running.length - 1;
    const blocks = ({ branches }: SequenceGroup) => branches.flatMap(({ kv }) => kv ?? []);
    while (running[at] !== group && this.#kv.heldAlone(blocks(running[at]!)) === 0) at--;
    return running[at]!;
  }

  /** Brings swapped blocks of a group that was preempted back to where they are found; false where there are none. */
  #isSwappedIn(group: SequenceGroup, found: readonly number[]): boolean {
    if (!this.#swapping || group.preemptions === 0) return false;
    const { leader, common } = group;
    const held = found.filter((block) => this.#kv.pool.references(block) === 0).length;
    return this.#swapping.space.bringBack(leader, found, common, this.#kv.pool.free - held) > 0;
  }

  #preempt(group: SequenceGroup): void {
    if (this.#swapping?.pays) this.#swapping.space.keep(group);
    this.running.splice(this.running.indexOf(group), 1);
    for (const branch of group.branches) this.#releaseBlocks(branch);
    group.reset();
    group.preemptions++;
    this.#preemptions++;
    this.#insert(this.waiting, group);
  }

  /** The branches that wait for the leader fork from it. */
  #part(group: SequenceGroup): void {
    const { leader } = group;
    const { kv, numComputed } = leader;
    assert(kv, `${group.id} parts without blocks`);
    for (const branch of group.branches) {
      if (branch === leader) continue;
      branch.kv = this.#kv.fork(kv, numComputed);
      branch.chain = leader.chain.fork(numComputed);
      branch.numComputed = numComputed;
    }
    group.parted = true;
  }

  #fork(parent: Sequence, index: number): Sequence {
    const { kv, numComputed } = parent;
    assert(kv, `${parent.id} forks without blocks`);
    const child = parent.fork(index);
    child.kv = this.#kv.fork(kv, numComputed);
    return child;
  }

  #chunkSize(missing: number, budget: number): number {
    const { longPrefillThreshold } = this.#options;
    return Math.min(missing, budget, longPrefillThreshold > 0 ? longPrefillThreshold : missing);
  }

  /** A preempted group finds its own blocks again; only what others left behind counts as a hit. */
  #countHit(group: SequenceGroup, tokens: number): void {
    group.cachedTokens = tokens;
    this.#prefixQueries += group.promptLength;
    this.#prefixHits += tokens;
  }

  /** Puts a group in its place: `list` stays in the policy's order. */
  #insert(list: SequenceGroup[], group: SequenceGroup): void {
    let at = list.length;
    while (at > 0 && this.#isBefore(group, list[at - 1]!)) at--;
    list.splice(at, 0, group);
  }

  #isBefore(a: SequenceGroup, b: SequenceGroup): boolean {
    if (this.#options.policy === "priority" && a.priority !== b.priority) return a.priority < b.priority;
    return a.arrival < b.arrival;
  }

  #releaseBlocks(sequence: Sequence): void {
    if (!sequence.kv) return;
    this.#kv.release(sequence.kv);
    sequence.kv = null;
  }
}

/** The sequence's next `count` tokens. */
function chunkOf(sequence: Sequence, count: number): ScheduledChunk {
  const { group, numComputed: start, numTokens } = sequence;
  const samples = start + count < numTokens ? "none" : group.isLed && group.branches.length > 1 ? "all" : "own";
  return { sequence, start, count, draft: undefined, samples };
}
