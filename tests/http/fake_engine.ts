import {
  type BlockEvent,
  EngineError,
  type EngineStats,
  type GenerationEngine,
  type GenerationRequest,
  type KvState,
  type TokenEvent,
} from "../../src/contracts/generation.ts";

/** What every request is said to have found in the prefix cache. */
export const CACHED_TOKENS = 1;

export interface FakeOptions {
  readonly vocabSize: number;
  readonly maxModelLen?: number;
  readonly eosTokenIds?: readonly number[];
  /** The token at `position` of the output. */
  readonly next?: (request: GenerationRequest, position: number) => number;
  /** Log-probability of the token at `position`, counted from 1; 0 where not given. */
  readonly logprob?: (request: GenerationRequest, position: number) => number;
  /** Milliseconds before each token; null: not even a turn of the event loop. */
  readonly delay?: number | null;
  readonly maxLive?: number;
}

/** Keeps the engine's contract without a model: it checks requests, answers asynchronously and can be cancelled. */
export class FakeEngine implements GenerationEngine {
  readonly maxModelLen: number;
  readonly vocabSize: number;
  readonly numBlocks = 64;
  readonly blockSize = 16;
  /** Live requests by id. */
  readonly live = new Map<string, GenerationRequest>();
  readonly seen: GenerationRequest[] = [];
  cancelled = 0;
  /** Clients that wait for more block events. */
  eventReaders = 0;
  computed = 0;
  /** Set to make every request fail at its next token. */
  fault: EngineError | null = null;
  failure: string | null = null;
  draining = false;
  readonly #options: FakeOptions;
  readonly #listeners: ((tokens: number) => void)[] = [];

  constructor(options: FakeOptions) {
    this.#options = options;
    this.vocabSize = options.vocabSize;
    this.maxModelLen = options.maxModelLen ?? 256;
  }

  /** Every branch is a request of its own, `id` and then `id/1`, `id/2`, ..., with its own seed. */
  submit(request: GenerationRequest, signal: AbortSignal): readonly AsyncIterable<TokenEvent>[] {
    return Array.from({ length: request.branches }, (_, k) => {
      const seed = BigInt.asUintN(64, request.params.seed + BigInt(k));
      const id = k === 0 ? request.id : `${request.id}/${k}`;
      return this.#submitBranch({ ...request, id, params: { ...request.params, seed } }, signal);
    });
  }

  #submitBranch(request: GenerationRequest, signal: AbortSignal): AsyncIterable<TokenEvent> {
    const { id, promptIds, params } = request;
    const refuse = (message: string) => new EngineError("invalid_request", `Pipeline let through: ${message}`, "bug");
    if (this.draining) throw new EngineError("draining", "The server is shutting down");
    if (this.live.size >= (this.#options.maxLive ?? Number.POSITIVE_INFINITY))
      throw new EngineError("queue_full", "full");
    if (this.live.has(id)) throw refuse(`id ${id} twice`);
    if (promptIds.length === 0 || promptIds.length >= this.maxModelLen) throw refuse(`${promptIds.length} tokens`);
    for (const token of Array.from(promptIds)) {
      if (!(Number.isInteger(token) && token >= 0 && token < this.vocabSize)) throw refuse(`token ${token}`);
    }
    const { maxTokens, temperature, topP, topK, seed } = params;
    const fits = Number.isInteger(maxTokens) && maxTokens >= 1 && promptIds.length + maxTokens <= this.maxModelLen;
    const sane = temperature >= 0 && topP > 0 && topP <= 1 && topK >= 0 && seed >= 0n && seed < 1n << 64n;
    if (!fits || !sane) throw refuse(`${maxTokens} tokens, ${temperature} ${topP} ${topK} ${seed}`);
    this.live.set(id, request);
    this.seen.push(request);
    return this.#generate(request, signal);
  }

  stats(): EngineStats {
    const kvUsage = Math.min(1, this.live.size / this.numBlocks);
    const totals = {
      preemptions: 3,
      prefixQueryTokens: 20,
      prefixHitTokens: 16,
      steps: this.computed,
      scheduledTokens: this.computed,
    };
    return { running: this.live.size, waiting: 0, kvUsage, ...totals };
  }

  kvState(): KvState {
    const running = [...this.live.keys()].map((id) => ({ id, tokens: 1, computed: 1, blocks: [1] }));
    const blocks = { block_size: 16, num_blocks: 64, free: 64 - running.length, used: running.length, cached_free: 0 };
    const counts = { preemptions: 3, prefix_hits_tokens: 0, prefix_queries_tokens: 0, cow_copies: 0 };
    return { ...blocks, shared: 0, pinned: 0, utilization: 0, waste_tokens: 0, running, waiting: [], ...counts };
  }

  /** Two events after `afterId`, then silence until the client leaves. */
  async *blockEvents(afterId: number | null, signal: AbortSignal): AsyncIterable<BlockEvent> {
    const first = (afterId ?? 0) + 1;
    yield { id: null, type: "cleared" };
    yield { id: first, type: "stored", block: 3, hash: "ab", parent: "cd", tokens: 16 };
    yield { id: first + 1, type: "removed", block: 3, hash: "ab" };
    this.eventReaders++;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    this.eventReaders--;
  }

  onStep(listener: (tokens: number) => void): void {
    this.#listeners.push(listener);
  }

  async drain(): Promise<void> {
    this.draining = true;
  }

  /** Resolves when no request is live; rejects after two seconds. */
  async idle(): Promise<void> {
    for (let i = 0; i < 1000; i++) {
      if (this.live.size === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`${this.live.size} requests are still live: ${[...this.live.keys()]}`);
  }

  #generate(request: GenerationRequest, signal: AbortSignal): AsyncIterable<TokenEvent> {
    const { id, params } = request;
    const arrived = performance.now();
    let position = 0;
    let firstToken = 0;
    const end = () => {
      if (this.live.delete(id)) this.cancelled++;
    };
    signal.addEventListener("abort", end, { once: true });
    const next = async (): Promise<IteratorResult<TokenEvent>> => {
      const { delay = 0 } = this.#options;
      if (delay !== null) await new Promise((resolve) => setTimeout(resolve, delay));
      if (!this.live.has(id)) return { done: true, value: undefined };
      if (this.fault !== null) {
        this.live.delete(id);
        throw this.fault;
      }
      const tokenId =
        this.#options.next?.(request, position) ?? (request.promptIds[0]! + position * 7) % this.vocabSize;
      this.computed++;
      for (const listener of this.#listeners) listener(1);
      position++;
      const time = performance.now();
      if (position === 1) firstToken = time;
      const logprob = this.#options.logprob?.(request, position) ?? 0;
      const scores = (id: number, count: number) => ({
        logprob,
        rank: 1,
        top: Array.from({ length: count }, (_, i) => ({ tokenId: (id + i) % this.vocabSize, logprob: logprob - i })),
      });
      const { topLogprobs, promptLogprobs } = request;
      // A vector that tells the prompt and the pooling.
      const pooled = request.pooling && {
        pooled: Float64Array.of(request.promptIds[0]!, request.pooling === "mean" ? 3 : 4, request.promptIds.length),
      };
      const logprobs = {
        ...(topLogprobs >= 0 && { logprobs: scores(tokenId, topLogprobs) }),
        ...(position === 1 &&
          promptLogprobs >= 0 && {
            promptLogprobs: Array.from(request.promptIds)
              .slice(1)
              .map((id) => scores(id, promptLogprobs)),
          }),
      };
      const eos = !params.ignoreEos && (this.#options.eosTokenIds ?? []).includes(tokenId);
      const stopped = params.stopTokenIds.includes(tokenId);
      if (!eos && !stopped && position < params.maxTokens)
        return { done: false, value: { tokenId, cachedTokens: CACHED_TOKENS, ...logprobs } };
      this.live.delete(id);
      const timing = { arrived, firstScheduled: arrived, firstToken, finished: time, preemptedAt: [] };
      const reason = eos || stopped ? "stop" : "length";
      const finish = { reason, stopReason: stopped && !eos ? tokenId : null, timing } as const;
      return { done: false, value: { tokenId, cachedTokens: CACHED_TOKENS, finish, ...logprobs, ...pooled } };
    };
    const leave = async (): Promise<IteratorResult<TokenEvent>> => {
      end();
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
  }
}
