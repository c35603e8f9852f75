import type { FinishReason, RequestTiming, TokenEvent } from "../contracts/generation.ts";
import { Detokenizer } from "../text/detokenizer.ts";
import { StopMatcher } from "../text/stop.ts";
import type { Job } from "./job.ts";
import type { Metrics } from "./metrics.ts";
import type { SequenceMeter } from "./sequence_meter.ts";
import type { Serving } from "./serving.ts";
import { AnswerReader, type CallDelta } from "./tools_answer.ts";

/** What one token changed. */
export interface Delta {
  readonly text: string;
  /** Where the job asks for these to be split from the text. */
  readonly reasoning?: string;
  readonly calls?: readonly CallDelta[];
  readonly tokenIds: readonly number[];
  /** On the last delta only. */
  readonly finish: Finish | null;
}

export interface Finish {
  readonly reason: FinishReason | "tool_calls";
  /** The stop string or the stop token id that ended the choice; null for EOS and length. */
  readonly stopReason: string | number | null;
}

/** Takes a delta; the choice goes on when it is done with it. */
export type Sink = (delta: Delta) => Promise<void> | undefined;

/** One continuation of one prompt, already queued in the engine. */
export class Choice {
  /** Prompts first: the choices of a prompt stand side by side. */
  readonly index: number;
  readonly promptIds: readonly number[];
  /** Tokens generated so far. */
  generated = 0;
  /** Prompt tokens found in the prefix cache. */
  cachedTokens = 0;
  /** Sum over the tokens generated, where log-probabilities were asked for. */
  logprob = 0;
  /** How it ended; null while it runs. */
  outcome: Finish["reason"] | "abort" | "error" | null = null;
  /** The engine's, where it ran to its end there. */
  timing: RequestTiming | null = null;
  readonly #tokens: AsyncIterable<TokenEvent>;
  readonly #detokenizer: Detokenizer;
  readonly #stops: StopMatcher;
  readonly #reader: AnswerReader | null;
  readonly #meter: SequenceMeter;
  readonly #signal: AbortSignal;

  constructor(
    index: number,
    promptIds: readonly number[],
    tokens: AsyncIterable<TokenEvent>,
    text: { readonly detokenizer: Detokenizer; readonly stops: StopMatcher; readonly reader: AnswerReader | null },
    meter: SequenceMeter,
    signal: AbortSignal,
  ) {
    this.index = index;
    this.promptIds = promptIds;
    this.#tokens = tokens;
    this.#detokenizer = text.detokenizer;
    this.#stops = text.stops;
    this.#reader = text.reader;
    this.#meter = meter;
    this.#signal = signal;
  }

  /** Resolves after the last delta. Leaves the engine's iteration as soon as a stop string, or an only call, is complete. */
  async run(sink: Sink): Promise<void> {
    try {
      for await (const event of this.#tokens) {
        // What the engine had computed ahead is not delivered any more.
        if (this.#signal.aborted) break;
        this.generated++;
        this.cachedTokens = event.cachedTokens;
        this.logprob += event.logprobs?.logprob ?? 0;
        this.#meter.token();
        const said = this.#advance(event);
        const delta = this.#reader?.read(said) ?? said;
        const taken = sink(delta);
        if (taken !== undefined) await taken;
        if (delta.finish === null) continue;
        this.#end(delta.finish.reason, event.finish?.timing ?? null);
        return;
      }
    } catch (error) {
      this.#end(this.#signal.aborted ? "abort" : "error", null);
      this.#signal.throwIfAborted();
      throw error;
    }
    this.#end("abort", null);
    this.#signal.throwIfAborted();
    throw new Error(
      `Octavo bug: the engine ended choice ${this.index} after ${this.generated} tokens without a reason`,
    );
  }

  #end(outcome: NonNullable<Choice["outcome"]>, timing: RequestTiming | null): void {
    this.outcome = outcome;
    this.timing = timing;
    this.#meter.finish(outcome === "tool_calls" ? "stop" : outcome, timing);
  }

  #advance({ tokenId, finish }: TokenEvent): Delta {
    const ended = finish?.reason === "stop";
    let text = ended ? "" : this.#detokenizer.push(tokenId);
    if (finish !== undefined) text += this.#detokenizer.flush();
    const part = this.#stops.push(text);
    const tokenIds = [tokenId];
    if (part.stop !== null) return { text: part.text, tokenIds, finish: { reason: "stop", stopReason: part.stop } };
    if (finish === undefined) return { text: part.text, tokenIds, finish: null };
    const { reason, stopReason } = finish;
    return { text: part.text + this.#stops.flush(), tokenIds, finish: { reason, stopReason } };
  }
}

/** Queues every choice of the job, or none: throws EngineError where one is refused. `abort` cancels them all. */
export function startChoices(serving: Serving, job: Job, metrics: Metrics, abort: AbortController): Choice[] {
  const choices: Choice[] = [];
  try {
    for (const [p, promptIds] of job.prompts.entries()) {
      const request = {
        id: job.prompts.length === 1 ? job.id : `${job.id}-${p}`,
        promptIds,
        branches: job.bestOf,
        beam: job.beam,
        params: job.params[p]!,
        topLogprobs: job.bestOf > job.n ? 0 : -1,
        promptLogprobs: -1,
        cacheSalt: job.cacheSalt,
        priority: job.priority,
      };
      for (const tokens of serving.engine.submit(request, abort.signal)) {
        const index = choices.length;
        const { skipSpecialTokens, reading } = job;
        const shownIds = reading && { shownIds: reading.markerIds };
        const detokenizer = new Detokenizer(serving.tokenizer, { skipSpecialTokens, ...shownIds });
        detokenizer.continueFrom(promptIds);
        const text = { detokenizer, stops: new StopMatcher(job.stop), reader: reading && new AnswerReader(reading) };
        choices.push(new Choice(index, promptIds, tokens, text, metrics.sequence(promptIds.length), abort.signal));
      }
    }
  } catch (error) {
    abort.abort(error);
    throw error;
  }
  return choices;
}
