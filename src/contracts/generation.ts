/** What the engine is asked for and what it answers, in tokens. Text lives in `src/text`, HTTP in `src/http`. */

import type { Grammar } from "./grammar.ts";

/** How one sequence is decoded. Text-level stops are not here: they live in the detokenizer, which aborts. */
export interface SamplingParams {
  /** 0 (or below 1e-5): greedy. */
  readonly temperature: number;
  /** 0: off. */
  readonly topK: number;
  /** In (0, 1]; 1: off. */
  readonly topP: number;
  /** In [0, 1]: tokens less likely than this share of the likeliest one's probability are out; 0: off. */
  readonly minP: number;
  /** In (0, 1]: locally typical sampling keeps this mass; 1: off. */
  readonly typicalP: number;
  /** Divides the logits of tokens that occur in prompt or output (multiplies them where negative); 1: off. */
  readonly repetitionPenalty: number;
  /** Taken from a token's logit for each time it occurs in the output; 0: off. */
  readonly frequencyPenalty: number;
  /** Taken from a token's logit if it occurs in the output; 0: off. */
  readonly presencePenalty: number;
  /** Added to the logits of these tokens. */
  readonly logitBias: ReadonlyMap<number, number>;
  /** No other token is chosen; null: every one may be. */
  readonly allowedTokenIds: readonly number[] | null;
  /** Sequences of ids that the output never contains. */
  readonly badWords: readonly (readonly number[])[];
  /** 64 bits are used. */
  readonly seed: bigint;
  /** Most tokens to generate, at least 1. */
  readonly maxTokens: number;
  /** Neither end of sequence nor stop token ids are chosen before the output has so many tokens. */
  readonly minTokens: number;
  /** Any of these ends the sequence with stop_reason = the id. */
  readonly stopTokenIds: readonly number[];
  /** Do not stop at the model's end-of-sequence ids. */
  readonly ignoreEos: boolean;
}

/** The likeliest token, again and again: what every parameter says when nothing is asked for. */
export const GREEDY: Omit<SamplingParams, "maxTokens"> = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  typicalP: 1,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  logitBias: new Map(),
  allowedTokenIds: null,
  badWords: [],
  seed: 0n,
  minTokens: 0,
  stopTokenIds: [],
  ignoreEos: false,
};

/** Beam search as in Hugging Face generate: the likeliest continuations, searched `width` at a time. */
export interface BeamParams {
  /** Beams that live at once, at least 2. */
  readonly width: number;
  /** A finished beam's score is the sum of its log-probabilities / tokens ** lengthPenalty. */
  readonly lengthPenalty: number;
  /**
   * True: ends when `width` beams are finished. False: when no running beam is likely to pass them as it stands. "never":
   * when none can.
   */
  readonly earlyStopping: boolean | "never";
}

/** How the hidden states of a prompt become one vector: the mean of all of them, or the last token's. */
export type Pooling = "mean" | "last";

export interface GenerationRequest {
  /** Unique among live requests. */
  readonly id: string;
  /** At least one id; all below the vocabulary size; promptIds.length < maxModelLen. */
  readonly promptIds: ArrayLike<number>;
  /** Continuations of the prompt: samples of which number i draws with seed + i, or the best beams. */
  readonly branches: number;
  readonly params: SamplingParams;
  /** Null: sampling. With beams, temperature, top-k and top-p say nothing. */
  readonly beam: BeamParams | null;
  /** Log-probabilities wanted with each token: of the token, and of this many likeliest ones; -1: none. */
  readonly topLogprobs: number;
  /** The same for the tokens of the prompt but the first, which nothing predicts. Costs what the prefix cache would save. */
  readonly promptLogprobs: number;
  /** The vector of the prompt is wanted, too. "mean" costs what the prefix cache would save. */
  readonly pooling?: Pooling;
  /** What every continuation keeps to; it ends where the grammar does, whatever `ignoreEos` says. Not with beams. */
  readonly grammar?: Grammar | undefined;
  /** Cached prefixes are shared among requests of the same salt, and with nobody else. */
  readonly cacheSalt: string;
  /** Lower runs first, under the priority policy. */
  readonly priority: number;
}

export type FinishReason = "stop" | "length";

/** Of the model's raw distribution, before temperature and filters; natural logarithms. */
export interface TokenLogprobs {
  readonly logprob: number;
  /** The token's place by probability, 1 the likeliest. */
  readonly rank: number;
  /** The likeliest tokens, likeliest first. */
  readonly top: readonly { readonly tokenId: number; readonly logprob: number }[];
}

/** One generated token. The last one of a continuation carries `finish`. */
export interface TokenEvent {
  readonly tokenId: number;
  /** Where the request asked for them. */
  readonly logprobs?: TokenLogprobs;
  /** On the first token of a continuation, where the request asked for them: of the prompt's tokens from the second on. */
  readonly promptLogprobs?: readonly TokenLogprobs[];
  /** On the first token, where the request asked for it: [hiddenSize], of the states after the final norm. */
  readonly pooled?: Float64Array;
  /** Prompt tokens that were found in the prefix cache and not computed again. */
  readonly cachedTokens: number;
  readonly finish?: {
    readonly reason: FinishReason;
    /** The stop token id that ended it, where it was one of `stopTokenIds`; null for EOS and length. */
    readonly stopReason: number | null;
    readonly timing: RequestTiming;
  };
}

/** Milliseconds on the engine's monotonic clock. */
export interface RequestTiming {
  readonly arrived: number;
  readonly firstScheduled: number;
  readonly firstToken: number;
  readonly finished: number;
  /** When it lost its blocks to others. */
  readonly preemptedAt: readonly number[];
}

/** The live state behind GET /debug/kv; field names are the contract's. */
export interface KvState {
  readonly block_size: number;
  readonly num_blocks: number;
  readonly free: number;
  readonly used: number;
  readonly cached_free: number;
  readonly shared: number;
  readonly pinned: number;
  readonly utilization: number;
  readonly waste_tokens: number;
  readonly running: readonly { id: string; tokens: number; computed: number; blocks: number[] }[];
  readonly waiting: readonly { id: string; tokens: number; preemptions: number }[];
  readonly preemptions: number;
  readonly prefix_hits_tokens: number;
  readonly prefix_queries_tokens: number;
  readonly cow_copies: number;
}

/**
 * A change of what the prefix cache can find, for routers and dashboards. Hashes are hexadecimal. `id` grows; it is null
 * inside a snapshot, where going on from that event would lose the rest.
 */
export type BlockEvent = { readonly id: number | null } & (
  | {
      readonly type: "stored";
      readonly block: number;
      readonly hash: string;
      readonly parent: string;
      readonly tokens: number;
    }
  | { readonly type: "removed"; readonly block: number; readonly hash: string }
  /** Forget all that was stored: a snapshot of what there is follows. */
  | { readonly type: "cleared" }
);

/** Counts for metrics, cheap to read at any moment. */
export interface EngineStats {
  readonly running: number;
  readonly waiting: number;
  /** Share of usable blocks held by live requests, 0 to 1. */
  readonly kvUsage: number;
  /** Totals since start. */
  readonly preemptions: number;
  /** Prompt tokens looked up in the prefix cache, and those found. */
  readonly prefixQueryTokens: number;
  readonly prefixHitTokens: number;
  readonly steps: number;
  readonly scheduledTokens: number;
  /** Where the engine drafts. */
  readonly speculation?: SpeculationCounts;
}

/** Of speculative decoding, since the start. */
export interface SpeculationCounts {
  readonly drafts: number;
  /** Tokens drafted, and those of them that were right. */
  readonly draftTokens: number;
  readonly acceptedTokens: number;
}

/** What the HTTP layer and the library see of the engine. */
export interface GenerationEngine {
  readonly maxModelLen: number;
  readonly vocabSize: number;
  readonly numBlocks: number;
  readonly blockSize: number;
  /**
   * Queues a request; every continuation yields its tokens as they are computed, beams theirs at the end, best first.
   * Throws EngineError (see its codes) before anything is queued. Aborting the signal cancels the request within one
   * step; leaving an iteration early, that continuation.
   */
  submit(request: GenerationRequest, signal: AbortSignal): readonly AsyncIterable<TokenEvent>[];
  /** Why no request can be served any more; null while all is well. */
  readonly failure: string | null;
  stats(): EngineStats;
  kvState(): KvState;
  /**
   * Events after `afterId`. Begins with a snapshot (`cleared`, then everything stored) where that is null or too long
   * ago. Ends by itself only for a consumer that does not keep up.
   */
  blockEvents(afterId: number | null, signal: AbortSignal): AsyncIterable<BlockEvent>;
  /** Called once per step with the number of tokens computed, for the iteration_tokens histogram. */
  onStep(listener: (tokens: number) => void): void;
  /** Refuses new requests from now on; resolves when the running ones are done, or after `timeoutMs` with the rest aborted. */
  drain(timeoutMs: number): Promise<void>;
}

export type EngineErrorCode =
  /** The request can never run: too long, too many blocks, an id outside the vocabulary. */
  | "invalid_request"
  /** The queue is full: try again later. */
  | "queue_full"
  /** The server is draining. */
  | "draining"
  /** The device failed or the model computed non-finite logits; the request is lost, the server is not. */
  | "internal";

export class EngineError extends Error {
  override name = "EngineError";
  readonly code: EngineErrorCode;
  /** The request field at fault, for the error body's `param`. */
  readonly param: string | null;
  constructor(code: EngineErrorCode, message: string, param: string | null = null) {
    super(message);
    this.code = code;
    this.param = param;
  }
}
