import { assert } from "../base/assert.ts";
import { AsyncQueue } from "../base/async_queue.ts";
import { NOT_A_TOKEN } from "../contracts/device.ts";
import {
  EngineError,
  type GenerationRequest,
  type RequestTiming,
  type SamplingParams,
  type TokenEvent,
  type TokenLogprobs,
} from "../contracts/generation.ts";
import type { TokenMatcher } from "../contracts/grammar.ts";
import type { StepLogprobs, StepOutput } from "../contracts/runner.ts";
import type { PooledRows, PromptScores } from "./batch.ts";
import { BeamSearch } from "./beam_search.ts";
import { PromptPool } from "./prompt_pool.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";
import { type StopLimits, stopAfter } from "./stop.ts";

/** Written field by field, since most events have two. */
type NewTokenEvent = { -readonly [Field in keyof TokenEvent]: TokenEvent[Field] };

/** A request being served: its groups, where their tokens go, and when things happened to it (ms). */
export class LiveRequest {
  readonly id: string;
  /** Usually one; several where the branches do not fit into the cache together. */
  readonly groups: readonly SequenceGroup[];
  /** One a continuation. */
  readonly outputs: readonly AsyncQueue<TokenEvent>[];
  firstScheduled = 0;
  readonly #request: GenerationRequest;
  readonly #limits: StopLimits;
  readonly #arrived: number;
  readonly #search: BeamSearch | null;
  /** Of the prompt's tokens from the second on, as far as they are scored. */
  readonly #promptLogprobs: TokenLogprobs[] = [];
  readonly #pool = new PromptPool();
  #firstToken = 0;
  #aborted = false;

  constructor(
    request: GenerationRequest,
    groups: readonly SequenceGroup[],
    limits: StopLimits,
    arrived: number,
    onLeave: (live: LiveRequest) => void,
  ) {
    const { id, branches, beam, params, promptIds } = request;
    this.id = id;
    this.groups = groups;
    this.outputs = Array.from({ length: branches }, () => new AsyncQueue<TokenEvent>(() => onLeave(this)));
    this.#request = request;
    this.#limits = limits;
    this.#arrived = arrived;
    const maxTokens = Math.min(params.maxTokens, limits.maxModelLen - promptIds.length);
    this.#search = beam ? new BeamSearch(beam, endingsOf(request, limits), maxTokens) : null;
  }

  /** Everything of it ends with the next step. */
  abort(): void {
    this.#aborted = true;
  }

  /** Ends what was aborted, and gives the branches that nobody waits for any more. Beams are wanted as long as one result is. */
  unwanted(): Sequence[] {
    const branches = this.groups.flatMap((group) => group.branches);
    if (this.#aborted) {
      this.end();
      return branches;
    }
    if (this.#search) return this.outputs.every(({ ended }) => ended) ? branches : [];
    return branches.filter(({ index }) => this.outputs[index]!.ended);
  }

  end(): void {
    for (const output of this.outputs) output.end();
  }

  fail(error: EngineError): void {
    for (const output of this.outputs) output.fail(error);
  }

  /** Takes what a step says of the prompt. */
  acceptPrompt({ first, position, count }: PromptScores, { logprobs }: StepOutput): void {
    assert(logprobs, "a prompt was scored without log-probabilities");
    const { promptLogprobs } = this.#request;
    for (let i = 0; i < count; i++) {
      this.#promptLogprobs[position + i] = logprobsOf(logprobs, first + i, promptLogprobs);
    }
  }

  /** Takes a step's hidden states of the prompt. */
  acceptHidden({ first, position, count }: PooledRows, { hidden }: StepOutput): void {
    assert(hidden, "a prompt was pooled without hidden states");
    const { values, width } = hidden;
    this.#pool.add(values.subarray(first * width, (first + count) * width), position, width);
  }

  /** Takes a step's token for `position` of a branch, and hands it on. True where it ends the branch. */
  accept(
    branch: Sequence,
    position: number,
    sample: number,
    { tokenIds, logprobs }: StepOutput,
    scheduler: Scheduler,
    time: number,
  ): boolean {
    if (this.#firstToken === 0) this.#firstToken = time;
    const output = this.outputs[branch.index]!;
    const { params, cachedTokens, topLogprobs, promptLogprobs, promptLength, pooling } = branch.group;
    const tokenId = tokenIds[sample]!;
    if (tokenId === NOT_A_TOKEN) {
      output.fail(noToken(params, branch.matcher));
      return true;
    }
    scheduler.learn(branch, position, tokenId);
    const isFirst = position === promptLength;
    const numTokens = position + 1;
    const stop = stopAfter(tokenId, numTokens, numTokens - promptLength, params, this.#limits);
    const event: NewTokenEvent = { tokenId, cachedTokens };
    if (logprobs && topLogprobs >= 0) event.logprobs = logprobsOf(logprobs, sample, topLogprobs);
    if (isFirst && promptLogprobs >= 0) event.promptLogprobs = this.#promptLogprobs;
    if (isFirst && pooling) event.pooled = this.#pool.mean();
    if (stop) event.finish = { ...stop, timing: this.#timing(branch.group, time) };
    output.push(event);
    if (stop) output.end();
    else branch.matcher?.accept(tokenId);
    return stop !== null;
  }

  /** Takes a step's tokens of a group of beams. Returns the branches that end here. */
  acceptBeams(group: SequenceGroup, step: StepOutput, scheduler: Scheduler, time: number): Sequence[] {
    if (this.#firstToken === 0) this.#firstToken = time;
    const { branches } = group;
    const search = this.#search;
    assert(search, `${group.id} has no beams`);
    const { logprobs } = step;
    if (!logprobs || branches.some(({ sample }) => step.tokenIds[sample] === NOT_A_TOKEN)) {
      this.fail(notFinite());
      return [...branches];
    }
    const { count, topIds, topLogprobs } = logprobs;
    const next = search.step(
      branches.map(({ sample }) => ({
        tokenIds: topIds.subarray(sample * count, (sample + 1) * count),
        logprobs: topLogprobs.subarray(sample * count, (sample + 1) * count),
      })),
    );
    if (next === null) {
      this.#deliver(search, this.#timing(group, time));
      return [...branches];
    }
    const parents = next.map(({ parent }) => branches[parent]!);
    scheduler.branch(group, parents).forEach((branch, i) => {
      branch.append(next[i]!.tokenId);
    });
    return [];
  }

  /** The best beams, whole. */
  #deliver({ finished }: BeamSearch, timing: RequestTiming): void {
    const { cachedTokens } = this.groups[0]!;
    const { params, promptIds } = this.#request;
    for (const [i, output] of this.outputs.entries()) {
      const { tokenIds } = finished[i]!;
      for (const tokenId of tokenIds.slice(0, -1)) output.push({ tokenId, cachedTokens });
      const [last, length] = [tokenIds.at(-1)!, tokenIds.length];
      const stop = stopAfter(last, promptIds.length + length, length, params, this.#limits);
      assert(stop, "a beam ended without a reason");
      output.push({ tokenId: last, cachedTokens, finish: { ...stop, timing } });
      output.end();
    }
  }

  #timing({ preemptedAt }: SequenceGroup, finished: number): RequestTiming {
    const { firstScheduled } = this;
    return { arrived: this.#arrived, firstScheduled, firstToken: this.#firstToken, finished, preemptedAt };
  }
}

/** Tokens that end a beam. */
export function endingsOf({ params }: GenerationRequest, { eosTokenIds }: StopLimits): ReadonlySet<number> {
  return new Set([...(params.ignoreEos ? [] : eosTokenIds), ...params.stopTokenIds]);
}

function logprobsOf(logprobs: StepLogprobs, sample: number, wanted: number): TokenLogprobs {
  const { chosen, ranks, count, topIds, topLogprobs } = logprobs;
  const top = Array.from({ length: Math.min(wanted, count) }, (_, i) => {
    const at = sample * count + i;
    return { tokenId: topIds[at]!, logprob: topLogprobs[at]! };
  });
  return { logprob: chosen[sample]!, rank: ranks[sample]!, top };
}

/** Where the request bars tokens, it is the first to be suspected. */
function noToken({ allowedTokenIds, badWords, minTokens }: SamplingParams, matcher: TokenMatcher | null): EngineError {
  if (matcher?.failure) {
    return new EngineError("invalid_request", `Cannot keep to the grammar: ${matcher.failure}`, "structured_outputs");
  }
  const suspects = {
    bad_words: badWords.length > 0,
    allowed_token_ids: allowedTokenIds !== null,
    min_tokens: matcher !== null && minTokens > 0,
  };
  const param = Object.entries(suspects).find(([, isSuspect]) => isSuspect)?.[0];
  if (param === undefined) return notFinite();
  const rest = matcher ? `${param} and the grammar leave` : `${param} leaves`;
  return new EngineError("invalid_request", `${rest} no token to go on with`, param);
}

function notFinite(): EngineError {
  return new EngineError("internal", "The model computed logits that are not finite");
}
