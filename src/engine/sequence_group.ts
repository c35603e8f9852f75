import type { BeamParams, GenerationRequest, Pooling, SamplingParams } from "../contracts/generation.ts";
import type { TokenMatcher } from "../contracts/grammar.ts";
import { SAMPLED } from "../contracts/runner.ts";
import { HashChain } from "../kv/hash_chain.ts";
import type { KvSequence } from "../kv/kv_sequence.ts";

/**
 * A request as the scheduler sees it: one prompt and the branches that go on from it (n samples, or beams). The branches
 * march in step: all have the same number of tokens, and all get their next one in the same step.
 *
 * What they have in common is computed once, by the first of them, the leader; then the others fork from it and share
 * its blocks. So it is at the start, and again after a preemption.
 */
export class SequenceGroup {
  readonly id: string;
  readonly params: SamplingParams;
  readonly beam: BeamParams | null;
  readonly promptLength: number;
  /** Most sequences it runs at once. */
  readonly width: number;
  /** Lower runs first, where the policy asks. */
  readonly priority: number;
  /** Alternatives whose log-probabilities are wanted for every token; -1: none, nor the token's own. */
  readonly topLogprobs: number;
  /** The same for every token of the prompt. */
  readonly promptLogprobs: number;
  /** How the prompt becomes a vector; null: it does not. */
  readonly pooling: Pooling | null;
  /** Order of arrival; given by the scheduler. */
  arrival = 0;
  preemptions = 0;
  /** When each of them was, in ms; written by the engine, which has the clock. */
  readonly preemptedAt: number[] = [];
  /** Prompt tokens found in the cache when it was first admitted. */
  cachedTokens = 0;
  /** The live branches, the leader first. */
  readonly branches: Sequence[];
  /** Every branch has blocks of its own table; before, the leader computes for all. */
  parted = false;
  /** A mask did not come in time for its last step: it waits for that now. */
  isLate = false;
  #common: number;

  /** @param first Index of its first branch, @param count how many of the request's it has. */
  constructor(request: GenerationRequest, first = 0, count = request.branches) {
    const { id, params, beam, priority, topLogprobs, promptLogprobs, promptIds, cacheSalt } = request;
    this.id = id;
    this.params = request.grammar ? { ...params, ignoreEos: false } : params;
    this.beam = beam;
    this.priority = priority;
    this.topLogprobs = topLogprobs;
    this.promptLogprobs = promptLogprobs;
    this.pooling = request.pooling ?? null;
    this.promptLength = promptIds.length;
    this.width = beam ? beam.width : count;
    const length = beam ? 1 : count;
    this.branches = Array.from({ length }, (_, i) => Sequence.ofPrompt(this, first + i, promptIds, cacheSalt));
    if (request.grammar) for (const branch of this.branches) branch.matcher = request.grammar.open();
    this.#common = promptIds.length;
  }

  /** It cannot go on: the masks that it waits for are not there, or the tokens on their way are its last. */
  get isHeld(): boolean {
    if (this.isLate) this.isLate = this.branches.some(({ matcher }) => matcher?.mask === null);
    return this.isLate || this.#isSpent;
  }

  get #isSpent(): boolean {
    const { numTokens, numKnown, numOutputs } = this.leader;
    return numKnown < numTokens && numOutputs >= this.params.maxTokens;
  }

  /**
   * What it draws next hangs on more than its tokens' K and V, so the host has to know its last token: a grammar's mask,
   * penalties and bad words, or the choice of beams.
   */
  get needsTokens(): boolean {
    const { repetitionPenalty, frequencyPenalty, presencePenalty, badWords } = this.params;
    const penalised = repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0;
    return this.beam !== null || penalised || badWords.length > 0 || this.leader.matcher !== null;
  }

  get leader(): Sequence {
    return this.branches[0]!;
  }

  /** Tokens of every branch. */
  get numTokens(): number {
    return this.leader.numTokens;
  }

  /** Tokens of its prompt are to be scored as they are computed. */
  get scoresPrompt(): boolean {
    return this.promptLogprobs >= 0 && this.leader.numOutputs === 0;
  }

  /** Its prompt is still to become a vector. */
  get poolsPrompt(): boolean {
    return this.pooling !== null && this.leader.numOutputs === 0;
  }

  /** Every row of its prompt is read as it is computed, so none may come from the cache. */
  get readsPrompt(): boolean {
    return this.scoresPrompt || (this.pooling === "mean" && this.poolsPrompt);
  }

  /** The leader computes alone: there is nobody else, or the others have not forked from it yet. */
  get isLed(): boolean {
    return this.branches.length === 1 || !this.parted;
  }

  /** Tokens from the start that all branches have in common; kept while they are not parted. */
  get common(): number {
    return this.branches.length === 1 ? this.numTokens : this.#common;
  }

  /** The branches differ, and the leader has computed all that they share. */
  get isReadyToPart(): boolean {
    return this.isLed && this.common < this.numTokens && this.leader.numComputed === this.common;
  }

  /** Rows that it takes to give every branch its next token, where one row each is enough; else 0. */
  get decodeRows(): number {
    if (this.isLed) return Number(this.numTokens - this.leader.numComputed === 1);
    for (const { numTokens, numComputed } of this.branches) if (numTokens - numComputed !== 1) return 0;
    return this.branches.length;
  }

  /** Nothing is in the cache any more; what is common has to be found out again. */
  reset(): void {
    for (const branch of this.branches) branch.numComputed = 0;
    this.parted = false;
    this.#common = this.#commonPrefix();
  }

  /** Takes a branch out. Where it led the others alone, the next one goes on with its blocks. */
  leave(branch: Sequence): void {
    const [, next] = this.branches;
    if (branch === this.leader && next && !this.parted) {
      next.kv = branch.kv;
      next.chain = branch.chain;
      next.numComputed = branch.numComputed;
      branch.kv = null;
    }
    this.branches.splice(this.branches.indexOf(branch), 1);
    if (!this.parted && this.branches.length > 1) this.#common = this.#commonPrefix();
  }

  #commonPrefix(): number {
    const { tokens } = this.leader;
    let length = this.numTokens;
    for (const other of this.branches.slice(1)) {
      let i = 0;
      while (i < length && other.tokens[i] === tokens[i]) i++;
      length = i;
    }
    return length;
  }
}

/**
 * One line of tokens of a request: the prompt and one continuation of it. There are no phases: a sequence only ever
 * catches up `numComputed` to `numTokens`, whether they came from the prompt, from its own output or from a preemption
 * that threw the computed ones away.
 */
export class Sequence {
  readonly group: SequenceGroup;
  /** Which of the group's continuations this is, from 0; beams are given new ones as they fork. */
  readonly index: number;
  /** Prompt and output, grown by doubling; of a token on its way, SAMPLED plus where the last step's samples will have it. */
  tokens: Uint32Array;
  /** Those on their way included. */
  numTokens: number;
  /** Tokens from the start whose ids are known. */
  numKnown: number;
  /** Tokens whose K and V are in the cache. */
  numComputed = 0;
  /** Its share of the cache; null while the group waits, and until the branches part. */
  kv: KvSequence | null = null;
  /** Names of its prefixes, computed once however often it is preempted. */
  chain: HashChain;
  /** Which tokens may come next; null: all of them. */
  matcher: TokenMatcher | null = null;
  /** Where the last step's samples hold its next token. */
  sample = 0;
  /** Of its samples, in two words: the request's seed, and every branch its own; beams go on from each other. */
  readonly seedLow: number;
  readonly seedHigh: number;

  constructor(group: SequenceGroup, index: number, tokens: Uint32Array, numTokens: number, chain: HashChain) {
    this.group = group;
    this.index = index;
    this.tokens = tokens;
    this.numTokens = numTokens;
    this.numKnown = numTokens;
    this.chain = chain;
    const seed = group.beam ? group.params.seed : group.params.seed + BigInt(index);
    this.seedLow = Number(seed & 0xffffffffn);
    this.seedHigh = Number((seed >> 32n) & 0xffffffffn);
  }

  /** The prompt alone, with room to grow. */
  static ofPrompt(group: SequenceGroup, index: number, promptIds: ArrayLike<number>, cacheSalt: string): Sequence {
    const tokens = new Uint32Array(Math.max(64, promptIds.length + 16));
    tokens.set(promptIds);
    return new Sequence(group, index, tokens, promptIds.length, new HashChain(cacheSalt));
  }

  get numOutputs(): number {
    return this.numTokens - this.group.promptLength;
  }

  /** Its name in what users see. */
  get id(): string {
    return this.group.width === 1 ? this.group.id : `${this.group.id}-${this.index}`;
  }

  /** A copy that holds no blocks yet. */
  fork(index: number): Sequence {
    const child = new Sequence(this.group, index, this.tokens.slice(), this.numTokens, this.chain.fork(this.numTokens));
    child.numComputed = this.numComputed;
    return child;
  }

  append(tokenId: number): void {
    this.expect(0);
    this.learn(this.numTokens - 1, tokenId);
  }

  /** Goes on with the token that a sample of the step in flight will be. */
  expect(sample: number): void {
    if (this.numTokens === this.tokens.length) {
      const grown = new Uint32Array(this.tokens.length * 2);
      grown.set(this.tokens);
      this.tokens = grown;
    }
    this.tokens[this.numTokens++] = SAMPLED + sample;
  }

  /** The token expected at `position` has come. */
  learn(position: number, tokenId: number): void {
    this.tokens[position] = tokenId;
    this.numKnown = position + 1;
  }
}
