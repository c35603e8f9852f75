import { setImmediate as nextTurn } from "node:timers/promises";
import { Bell } from "../base/bell.ts";
import {
  type BlockEvent,
  EngineError,
  type EngineStats,
  type GenerationEngine,
  type GenerationRequest,
  GREEDY,
  type KvState,
  type TokenEvent,
} from "../contracts/generation.ts";
import type { PrefixStore } from "../contracts/prefix_store.ts";
import type { Runner, StepOutput } from "../contracts/runner.ts";
import { KvCache } from "../kv/kv_cache.ts";
import type { PrefixEvent } from "../kv/prefix_index.ts";
import { Admission } from "./admission.ts";
import { Batch } from "./batch.ts";
import { BlockEventLog } from "./block_event_log.ts";
import { fetchPrefix } from "./fetch_prefix.ts";
import { kvState } from "./kv_state.ts";
import { LiveRequest } from "./live_request.ts";
import type { PromptLookupOptions } from "./prompt_lookup.ts";
import { Scheduler, type SchedulerOptions } from "./scheduler.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";
import { Speculation } from "./speculation.ts";
import { StepInFlight } from "./step_in_flight.ts";
import type { StopLimits } from "./stop.ts";
import { type PreemptionMode, SwapPolicy } from "./swap_policy.ts";

export interface EngineOptions extends SchedulerOptions {
  readonly eosTokenIds: readonly number[];
  /** Requests that may wait for admission; 0: no bound. */
  readonly maxQueuedRequests: number;
  /** Reuse the KV blocks of equal prefixes. */
  readonly prefixCaching: boolean;
  /** Keeps reused blocks beyond the life of the process. */
  readonly prefixStore?: PrefixStore;
  /** Schedule a step while the one before still runs. */
  readonly asyncScheduling: boolean;
  /** The runner computes on the host's own processor, where overlap holds up a lone sequence's steps (bench overlap). */
  readonly sharesHost?: boolean;
  /** Draft tokens by prompt lookup; absent: never. */
  readonly promptLookup?: PromptLookupOptions;
  readonly preemptionMode: PreemptionMode;
  /** Bytes of host memory for blocks of preempted groups. */
  readonly swapSpace: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/**
 * The loop that turns requests into steps (continuous batching): schedule, fill the batch, run, hand out the tokens. While
 * a step runs, the next one is scheduled and handed over (`StepInFlight`). Requests enter and leave only between two
 * schedules. Whoever is given a block that somebody left writes to it in a later step than any that still writes for that
 * one, and the runner keeps to the order.
 */
export class Engine implements GenerationEngine {
  readonly maxModelLen: number;
  readonly vocabSize: number;
  readonly numBlocks: number;
  readonly blockSize: number;
  readonly #runner: Runner;
  readonly #options: EngineOptions;
  readonly #limits: StopLimits;
  readonly #kv: KvCache;
  readonly #admission: Admission;
  readonly #scheduler: Scheduler;
  /** Of the step in flight, and of the one before or after it. */
  readonly #batches: readonly [Batch, Batch];
  readonly #swap: SwapPolicy;
  readonly #speculation: Speculation | null;
  readonly #blockEvents = new BlockEventLog();
  readonly #live = new Map<string, LiveRequest>();
  readonly #requestOf = new Map<SequenceGroup, LiveRequest>();
  /** Requests whose prefix is on its way from the store, to be scheduled then. */
  readonly #fetching = new Set<LiveRequest>();
  /** Groups whose prompt is pinned when they end. */
  readonly #pins = new Set<SequenceGroup>();
  /** Requests that lost a client since the last step. */
  readonly #left = new Set<LiveRequest>();
  readonly #stepListeners: ((tokens: number) => void)[] = [];
  #launched = 0;
  #landedAt = 0;
  #steps = 0;
  #scheduledTokens = 0;
  #scheduling = false;
  #draining = false;
  #closed = false;
  #failure: string | null = null;
  readonly #bell = new Bell();
  #idle: (() => void)[] = [];
  readonly #loop: Promise<void>;

  constructor(runner: Runner, options: EngineOptions) {
    const { limits } = runner;
    this.#runner = runner;
    this.#options = options;
    this.maxModelLen = limits.maxModelLen;
    this.vocabSize = limits.vocabSize;
    this.numBlocks = limits.numBlocks;
    this.blockSize = limits.blockSize;
    this.#limits = { eosTokenIds: new Set(options.eosTokenIds), maxModelLen: limits.maxModelLen };
    this.#kv = new KvCache(limits.numBlocks, limits.blockSize, {
      prefixCaching: options.prefixCaching,
      onPrefixEvent: (event) => this.#onPrefixEvent(event),
      onReuse: (blocks) => options.prefixStore?.reused(blocks),
    });
    this.#admission = new Admission(this.#kv, limits, options.maxSequences, this.#limits);
    options.prefixStore?.attach(this.#kv, () => this.#bell.ring());
    this.#swap = new SwapPolicy(runner, this.#kv, options.preemptionMode, options.swapSpace);
    this.#speculation = options.promptLookup ? new Speculation(options.promptLookup) : null;
    this.#scheduler = new Scheduler(this.#kv, options, this.#swap, this.#speculation);
    this.#batches = [new Batch(limits, this.#limits.eosTokenIds), new Batch(limits, this.#limits.eosTokenIds)];
    this.#loop = this.#run();
  }

  /**
   * Computes a prefix and keeps its full blocks for good, for requests of every salt. Throws EngineError where what is
   * left of the cache could not hold the longest sequence any more.
   */
  async pinPrefix(tokenIds: readonly number[]): Promise<void> {
    const blocks = Math.floor(tokenIds.length / this.blockSize);
    const left = (this.numBlocks - this.#kv.pinnedBlocks - blocks) * this.blockSize;
    if (left < this.maxModelLen) {
      const message = `The prefix takes ${blocks} blocks and leaves room for ${left} tokens, less than one sequence of ${this.maxModelLen}`;
      throw new EngineError("invalid_request", message);
    }
    const params = { ...GREEDY, maxTokens: 1, ignoreEos: true };
    const request = { id: `pin-${this.#kv.pinnedBlocks}`, promptIds: tokenIds, params, cacheSalt: "", priority: 0 };
    const live = this.#enqueue({ ...request, branches: 1, beam: null, topLogprobs: -1, promptLogprobs: -1 });
    this.#pins.add(live.groups[0]!);
    for await (const _ of live.outputs[0]!);
  }

  submit(request: GenerationRequest, signal: AbortSignal): readonly AsyncIterable<TokenEvent>[] {
    const live = this.#enqueue(request);
    const abort = () => {
      live.abort();
      this.#leave(live);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    return live.outputs;
  }

  get failure(): string | null {
    return this.#failure;
  }

  stats(): EngineStats {
    return {
      running: sequencesOf(this.#scheduler.running),
      waiting: sequencesOf(this.#scheduler.waiting),
      kvUsage: (this.#kv.pool.used - this.#kv.pinnedBlocks) / this.numBlocks,
      preemptions: this.#scheduler.preemptions,
      prefixQueryTokens: this.#scheduler.prefixTokens.queries,
      prefixHitTokens: this.#scheduler.prefixTokens.hits,
      steps: this.#steps,
      scheduledTokens: this.#scheduledTokens,
      ...(this.#speculation && { speculation: this.#speculation.counts }),
    };
  }

  kvState(): KvState {
    return kvState(this.#kv, this.#scheduler);
  }

  blockEvents(afterId: number | null, signal: AbortSignal): AsyncIterable<BlockEvent> {
    return this.#blockEvents.subscribe(afterId, () => this.#kv.storedPrefixes(), signal);
  }

  onStep(listener: (tokens: number) => void): void {
    this.#stepListeners.push(listener);
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#untilIdle(), timeout]);
    clearTimeout(timer);
    for (const live of this.#live.values()) {
      live.fail(new EngineError("draining", "The server shut down before the request was finished"));
      this.#leave(live);
    }
    await this.#untilIdle();
  }

  /** Stops the loop after the step in flight. Call `drain` first to let requests finish. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#bell.ring();
    await this.#loop;
    this.#fail("The engine is closed");
    this.#runner.close();
  }

  /** Throws unless every block is accounted for; for tests. */
  checkIntegrity(): void {
    this.#kv.checkIntegrity();
  }

  #enqueue(request: GenerationRequest): LiveRequest {
    this.#checkOpen(request.id);
    const groups = this.#admission.groupsOf(request);
    this.#checkQueue();
    const live = new LiveRequest(request, groups, this.#limits, this.#options.now(), (left) => this.#leave(left));
    this.#live.set(request.id, live);
    for (const group of groups) this.#requestOf.set(group, live);
    this.#fetching.add(live);
    const fetched = fetchPrefix(this.#options.prefixStore, this.#kv, groups[0]!.leader);
    if (fetched) void fetched.then(() => this.#queue(live));
    else this.#queue(live);
    return live;
  }

  #queue(live: LiveRequest): void {
    if (!this.#fetching.delete(live)) return;
    for (const group of live.groups) if (group.branches.length > 0) this.#scheduler.add(group);
    this.#bell.ring();
  }

  /** Throws EngineError where no request, or not this one, can be taken now. */
  #checkOpen(id: string): void {
    if (this.#failure) throw new EngineError("internal", this.#failure);
    if (this.#draining) throw new EngineError("draining", "The server is shutting down and takes no new requests");
    if (this.#live.has(id)) throw new EngineError("invalid_request", `Request id ${id} is in use`, "id");
  }

  #checkQueue(): void {
    const { maxQueuedRequests } = this.#options;
    const queued = this.#scheduler.waiting.length + this.#fetching.size;
    if (maxQueuedRequests > 0 && queued >= maxQueuedRequests) {
      throw new EngineError("queue_full", `${maxQueuedRequests} requests are waiting already`);
    }
  }

  #leave(live: LiveRequest): void {
    if (this.#live.get(live.id) !== live) return;
    this.#left.add(live);
    this.#bell.ring();
  }

  #onPrefixEvent(event: PrefixEvent): void {
    // Whoever evicts between two steps writes to the block at once: too late to copy it out.
    if (event.type === "removed") this.#swap.space.evicted(event.block, this.#scheduling);
    this.#blockEvents.publish(event);
  }

  async #run(): Promise<void> {
    await this.#swap.measure(this.#options.now);
    let flying: StepInFlight | null = null;
    while (!this.#closed) {
      if (flying && !this.#canOverlap(flying)) {
        await this.#land(flying);
        flying = null;
      }
      this.#applyCancellations();
      this.#options.prefixStore?.betweenSteps();
      const next: StepInFlight | null = await this.#launch();
      if (flying) await this.#land(flying);
      else if (!next) {
        if (!this.#scheduler.holdsAny) for (const resolve of this.#idle.splice(0)) resolve();
        await this.#untilNotified();
        continue;
      }
      flying = next;
      // The device may answer without leaving the microtask queue; sockets and timers need their turn too.
      await nextTurn();
    }
    if (flying) await this.#land(flying);
  }

  /** The next step can be scheduled, and loses nothing by it. */
  #canOverlap(step: StepInFlight): boolean {
    return step.isAdvanced && this.#scheduler.hasRoom && !this.#speculation?.isAwaiting(this.#scheduler.running);
  }

  /** Hands the next step to the runner; null where there is nothing to compute. */
  async #launch(): Promise<StepInFlight | null> {
    const { preemptions } = this.#scheduler;
    this.#scheduling = true;
    const chunks = this.#scheduler.schedule();
    this.#scheduling = false;
    if (this.#scheduler.preemptions > preemptions) this.#datePreemptions();
    if (chunks.length === 0) return null;
    const scheduledAt = this.#options.now();
    for (const { sequence } of chunks) this.#requestOf.get(sequence.group)!.firstScheduled ||= scheduledAt;
    const batch = this.#batches[this.#launched++ % 2]!;
    batch.fill(chunks, this.#kv);
    let output: Promise<StepOutput>;
    try {
      await this.#swap.beforeStep();
      output = this.#runner.step(batch.input);
    } catch (error) {
      output = Promise.reject(error);
    }
    const step = new StepInFlight(batch, chunks, scheduledAt, output);
    const { asyncScheduling, sharesHost } = this.#options;
    const waits = batch.standsAlone || (sharesHost && batch.input.sequences === 1);
    if (asyncScheduling && !waits) step.advance(this.#scheduler);
    return step;
  }

  /** Awaits a step's result and hands out its tokens. */
  async #land(step: StepInFlight): Promise<void> {
    let output: StepOutput;
    try {
      output = await step.output;
    } catch (error) {
      this.#fail(`Cannot compute a step: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    const { input, promptScores, pooledRows, late, beams, hasPrompts } = step.batch;
    this.#steps++;
    this.#scheduledTokens += input.rows;
    for (const listener of this.#stepListeners) listener(input.rows);
    for (const scores of promptScores) this.#requestOf.get(scores.sequence.group)?.acceptPrompt(scores, output);
    for (const rows of pooledRows) this.#requestOf.get(rows.sequence.group)?.acceptHidden(rows, output);
    for (const group of late) this.#hold(group);
    step.advance(this.#scheduler);
    const time = this.#options.now();
    const ms = time - Math.max(step.scheduledAt, this.#landedAt);
    this.#landedAt = time;
    let tokens = 0;
    step.handOut(this.#scheduler, (branch, position, sample) => {
      tokens++;
      const live = this.#requestOf.get(branch.group)!;
      if (live.accept(branch, position, sample, output, this.#scheduler, time)) this.#forget(branch);
    });
    if (hasPrompts) this.#swap.prefilled(input.rows, ms);
    else this.#speculation?.stepped(input.sequences, tokens, ms);
    for (const group of beams) {
      const live = this.#requestOf.get(group)!;
      for (const branch of live.acceptBeams(group, output, this.#scheduler, time)) this.#forget(branch);
    }
  }

  /** Until the group's masks are there. */
  #hold(group: SequenceGroup): void {
    group.isLate = true;
    for (const { matcher } of group.branches) void matcher?.ready().then(() => this.#bell.ring());
  }

  #datePreemptions(): void {
    const time = this.#options.now();
    for (const { preemptions, preemptedAt } of this.#scheduler.waiting) {
      if (preemptions > preemptedAt.length) preemptedAt.push(time);
    }
  }

  #applyCancellations(): void {
    for (const live of this.#left) for (const branch of live.unwanted()) this.#forget(branch);
    this.#left.clear();
  }

  /** Takes a branch out of everything; the last one of a request takes the request with it. */
  #forget(branch: Sequence): void {
    const { group, kv } = branch;
    branch.matcher?.close();
    if (kv && this.#pins.delete(group)) this.#kv.pin(kv, branch.tokens, group.promptLength);
    const live = this.#requestOf.get(group)!;
    if (this.#fetching.has(live)) group.leave(branch);
    else this.#scheduler.remove(branch);
    if (group.branches.length > 0) return;
    this.#requestOf.delete(group);
    if (live.groups.some(({ branches }) => branches.length > 0)) return;
    this.#fetching.delete(live);
    live.end();
    this.#live.delete(live.id);
  }

  /** The device is gone: every live request ends with the reason, and so does every later one. */
  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const live of [...this.#live.values()]) {
      live.fail(new EngineError("internal", reason));
      live.abort();
      for (const branch of live.unwanted()) this.#forget(branch);
    }
  }

  #untilIdle(): Promise<void> {
    if (this.#live.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #untilNotified(): Promise<void> {
    const { waiting, holdsAny } = this.#scheduler;
    if (this.#left.size === 0 && (waiting.length === 0 || holdsAny) && !this.#closed) await this.#bell.wait();
  }
}

function sequencesOf(groups: readonly SequenceGroup[]): number {
  return groups.reduce((count, { branches }) => count + branches.length, 0);
}
