import { setImmediate as nextTurn } from "node:timers/promises";
import { AsyncQueue } from "../base/async_queue.ts";
import { NOT_A_TOKEN } from "../contracts/device.ts";
import {
  type BlockEvent,
  EngineError,
  type EngineStats,
  type GenerationEngine,
  type GenerationRequest,
  type KvState,
  type TokenEvent,
} from "../contracts/generation.ts";
import type { PrefixStore } from "../contracts/prefix_store.ts";
import type { Runner } from "../contracts/runner.ts";
import { KvCache } from "../kv/kv_cache.ts";
import { Batch } from "./batch.ts";
import { BlockEventLog } from "./block_event_log.ts";
import { fetchPrefix } from "./fetch_prefix.ts";
import { kvState } from "./kv_state.ts";
import { type ScheduledChunk, Scheduler, type SchedulerOptions } from "./scheduler.ts";
import { Sequence } from "./sequence.ts";
import { stopAfter } from "./stop.ts";

export interface EngineOptions extends SchedulerOptions {
  readonly eosTokenIds: readonly number[];
  /** Requests that may wait for admission; 0: no bound. */
  readonly maxQueuedRequests: number;
  /** Reuse the KV blocks of equal prefixes. */
  readonly prefixCaching: boolean;
  /** Keeps reused blocks beyond the life of the process. */
  readonly prefixStore?: PrefixStore;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** A live request: its sequence, where its tokens go, and when things happened to it (ms). */
interface LiveRequest {
  readonly sequence: Sequence;
  readonly events: AsyncQueue<TokenEvent>;
  readonly arrived: number;
  firstScheduled: number;
  firstToken: number;
  readonly onFinish: (sequence: Sequence) => void;
}

/**
 * The loop that turns requests into steps (continuous batching): schedule, fill the batch, run, hand out the tokens.
 * Requests enter and leave only between steps, so no block is freed while a step in flight may still write to it.
 */
export class Engine implements GenerationEngine {
  readonly maxModelLen: number;
  readonly vocabSize: number;
  readonly numBlocks: number;
  readonly blockSize: number;
  readonly #runner: Runner;
  readonly #options: EngineOptions;
  readonly #eosTokenIds: ReadonlySet<number>;
  readonly #kv: KvCache;
  readonly #scheduler: Scheduler;
  readonly #batch: Batch;
  readonly #blockEvents = new BlockEventLog();
  readonly #live = new Map<Sequence, LiveRequest>();
  readonly #ids = new Set<string>();
  readonly #cancelled = new Set<Sequence>();
  /** Whose prefix is on its way from the store, to be scheduled then. */
  readonly #fetching = new Set<Sequence>();
  readonly #stepListeners: ((tokens: number) => void)[] = [];
  #steps = 0;
  #scheduledTokens = 0;
  #draining = false;
  #closed = false;
  #failure: string | null = null;
  #wake: (() => void) | null = null;
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
    this.#eosTokenIds = new Set(options.eosTokenIds);
    this.#kv = new KvCache(limits.numBlocks, limits.blockSize, {
      prefixCaching: options.prefixCaching,
      onPrefixEvent: (event) => this.#blockEvents.publish(event),
      onReuse: (blocks) => options.prefixStore?.reused(blocks),
    });
    options.prefixStore?.attach(this.#kv, () => this.#notify());
    this.#scheduler = new Scheduler(this.#kv, options);
    this.#batch = new Batch(limits);
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
    const params = { temperature: 0, topK: 0, topP: 1, seed: 0n, maxTokens: 1, stopTokenIds: [], ignoreEos: true };
    const request = { id: `pin-${this.#kv.pinnedBlocks}`, promptIds: tokenIds, params, cacheSalt: "", priority: 0 };
    const { events } = this.#enqueue(request, ({ kv, tokens, promptLength }) =>
      this.#kv.pin(kv!, tokens, promptLength),
    );
    for await (const _ of events);
  }

  submit(request: GenerationRequest, signal: AbortSignal): AsyncIterable<TokenEvent> {
    const { events, sequence } = this.#enqueue(request, () => {});
    const cancel = () => this.#cancel(sequence);
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
    return events;
  }

  get failure(): string | null {
    return this.#failure;
  }

  stats(): EngineStats {
    return {
      running: this.#scheduler.running.length,
      waiting: this.#scheduler.waiting.length,
      kvUsage: (this.#kv.pool.used - this.#kv.pinnedBlocks) / this.numBlocks,
      preemptions: this.#scheduler.preemptions,
      prefixQueryTokens: this.#scheduler.prefixTokens.queries,
      prefixHitTokens: this.#scheduler.prefixTokens.hits,
      steps: this.#steps,
      scheduledTokens: this.#scheduledTokens,
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
    for (const { events, sequence } of this.#live.values()) {
      events.fail(new EngineError("draining", "The server shut down before the request was finished"));
      this.#cancel(sequence);
    }
    await this.#untilIdle();
  }

  /** Stops the loop after the step in flight. Call `drain` first to let requests finish. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#notify();
    await this.#loop;
    this.#fail("The engine is closed");
    this.#runner.close();
  }

  /** Throws unless every block is accounted for; for tests. */
  checkIntegrity(): void {
    this.#kv.checkIntegrity();
  }

  /** `onFinish` sees the sequence before it gives its blocks back. */
  #enqueue(request: GenerationRequest, onFinish: (sequence: Sequence) => void): LiveRequest {
    this.#admit(request);
    const sequence = new Sequence(request);
    const events = new AsyncQueue<TokenEvent>(() => this.#cancel(sequence));
    const arrived = this.#options.now();
    const live = { sequence, events, arrived, firstScheduled: 0, firstToken: 0, onFinish };
    this.#live.set(sequence, live);
    this.#ids.add(request.id);
    this.#fetching.add(sequence);
    const fetched = fetchPrefix(this.#options.prefixStore, this.#kv, sequence);
    if (fetched) void fetched.then(() => this.#queue(sequence));
    else this.#queue(sequence);
    return live;
  }

  #queue(sequence: Sequence): void {
    if (!this.#fetching.delete(sequence)) return;
    this.#scheduler.add(sequence);
    this.#notify();
  }

  #admit({ id, promptIds, params }: GenerationRequest): void {
    if (this.#failure) throw new EngineError("internal", this.#failure);
    if (this.#draining) throw new EngineError("draining", "The server is shutting down and takes no new requests");
    if (this.#ids.has(id)) throw new EngineError("invalid_request", `Request id ${id} is in use`, "id");
    if (promptIds.length === 0) throw new EngineError("invalid_request", "The prompt has no tokens", "prompt");
    for (let i = 0; i < promptIds.length; i++) {
      const tokenId = promptIds[i]!;
      if (Number.isInteger(tokenId) && tokenId >= 0 && tokenId < this.vocabSize) continue;
      const message = `Token ${i} of the prompt must be an id from 0 to ${this.vocabSize - 1}: received ${tokenId}`;
      throw new EngineError("invalid_request", message, "prompt");
    }
    if (promptIds.length >= this.maxModelLen) {
      const message = `The prompt has ${promptIds.length} tokens, but the context holds ${this.maxModelLen}, output included`;
      throw new EngineError("invalid_request", message, "prompt");
    }
    if (!(Number.isInteger(params.maxTokens) && params.maxTokens >= 1)) {
      throw new EngineError(
        "invalid_request",
        `max_tokens must be at least 1: received ${params.maxTokens}`,
        "max_tokens",
      );
    }
    const { maxQueuedRequests } = this.#options;
    const queued = this.#scheduler.waiting.length + this.#fetching.size;
    if (maxQueuedRequests > 0 && queued >= maxQueuedRequests) {
      throw new EngineError("queue_full", `${maxQueuedRequests} requests are waiting already`);
    }
  }

  #cancel(sequence: Sequence): void {
    if (!this.#live.has(sequence)) return;
    this.#cancelled.add(sequence);
    this.#notify();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#applyCancellations();
      this.#options.prefixStore?.betweenSteps();
      const chunks = this.#scheduler.schedule();
      if (chunks.length === 0) {
        for (const resolve of this.#idle.splice(0)) resolve();
        await this.#untilNotified();
        continue;
      }
      await this.#step(chunks);
      // The device may answer without leaving the microtask queue; sockets and timers need their turn too.
      await nextTurn();
    }
  }

  async #step(chunks: readonly ScheduledChunk[]): Promise<void> {
    const scheduledAt = this.#options.now();
    for (const { sequence } of chunks) {
      const request = this.#live.get(sequence)!;
      if (request.firstScheduled === 0) request.firstScheduled = scheduledAt;
    }
    const sampled = this.#batch.fill(chunks, this.#kv);
    const { input } = this.#batch;
    let tokenIds: Uint32Array;
    try {
      ({ tokenIds } = await this.#runner.step(input));
    } catch (error) {
      const reason = `Cannot compute a step: ${error instanceof Error ? error.message : String(error)}`;
      this.#fail(reason);
      return;
    }
    this.#steps++;
    this.#scheduledTokens += input.rows;
    for (const listener of this.#stepListeners) listener(input.rows);
    for (const chunk of chunks) this.#scheduler.advance(chunk);
    for (let i = 0; i < sampled.length; i++) this.#accept(sampled[i]!.sequence, tokenIds[i]!);
  }

  /** Hands a sampled token to its request, and ends the request where the token ends it. */
  #accept(sequence: Sequence, tokenId: number): void {
    const request = this.#live.get(sequence)!;
    if (tokenId === NOT_A_TOKEN) {
      request.events.fail(new EngineError("internal", "The model computed logits that are not finite"));
      this.#forget(sequence);
      return;
    }
    sequence.append(tokenId);
    const time = this.#options.now();
    if (request.firstToken === 0) request.firstToken = time;
    const stop = stopAfter(tokenId, sequence.numTokens, sequence.numOutputs, sequence.params, {
      eosTokenIds: this.#eosTokenIds,
      maxModelLen: this.maxModelLen,
    });
    if (!stop) {
      request.events.push({ tokenId, cachedTokens: sequence.cachedTokens });
      return;
    }
    const { arrived, firstScheduled, firstToken } = request;
    const timing = { arrived, firstScheduled, firstToken, finished: time, preemptions: sequence.preemptions };
    request.events.push({ tokenId, cachedTokens: sequence.cachedTokens, finish: { ...stop, timing } });
    request.events.end();
    request.onFinish(sequence);
    this.#forget(sequence);
  }

  #applyCancellations(): void {
    for (const sequence of this.#cancelled) {
      const request = this.#live.get(sequence);
      if (!request) continue;
      request.events.end();
      this.#forget(sequence);
    }
    this.#cancelled.clear();
  }

  #forget(sequence: Sequence): void {
    if (!this.#fetching.delete(sequence)) this.#scheduler.remove(sequence);
    this.#live.delete(sequence);
    this.#ids.delete(sequence.id);
  }

  /** The device is gone: every live request ends with the reason, and so does every later one. */
  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const { sequence, events } of [...this.#live.values()]) {
      events.fail(new EngineError("internal", reason));
      this.#forget(sequence);
    }
  }

  #untilIdle(): Promise<void> {
    if (this.#live.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #untilNotified(): Promise<void> {
    if (this.#cancelled.size > 0 || this.#scheduler.waiting.length > 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
