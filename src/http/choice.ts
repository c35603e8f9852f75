import type { RequestTiming, TokenEvent, TokenLogprobs } from "../contracts/generation.ts";
import { ChoiceText } from "./choice_text.ts";
import type { Delta, Finish } from "./delta.ts";
import type { Job } from "./job.ts";
import type { Metrics } from "./metrics.ts";
import type { SequenceMeter } from "./sequence_meter.ts";
import type { Serving } from "./serving.ts";
import { compileStructure } from "./structured.ts";
import { AnswerReader } from "./tools_answer.ts";

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
  /** Of the prompt's tokens from the second on, where they were asked for. */
  promptLogprobs: readonly TokenLogprobs[] = [];
  /** How it ended; null while it runs. */
  outcome: Finish["reason"] | "abort" | "error" | null = null;
  /** The engine's, where it ran to its end there. */
  timing: RequestTiming | null = null;
  readonly #tokens: AsyncIterable<TokenEvent>;
  readonly #text: ChoiceText;
  readonly #reader: AnswerReader | null;
  readonly #meter: SequenceMeter;
  readonly #signal: AbortSignal;

  constructor(
    index: number,
    promptIds: readonly number[],
    tokens: AsyncIterable<TokenEvent>,
    text: ChoiceText,
    reader: AnswerReader | null,
    meter: SequenceMeter,
    signal: AbortSignal,
  ) {
    this.index = index;
    this.promptIds = promptIds;
    this.#tokens = tokens;
    this.#text = text;
    this.#reader = reader;
    this.#meter = meter;
    this.#signal = signal;
  }

  /** Resolves after the last delta. Leaves the engine's iteration as soon as a stop string, or an only call, is complete. */
  async run(sink: Sink): Promise<void> {
    try {
      for await (const event of this.#tokens) {
        // What the engine had computed ahead is not delivered any more.
        if (this.#signal.aborted) break;
        this.cachedTokens = event.cachedTokens;
        this.logprob += event.logprobs?.logprob ?? 0;
        this.#meter.token();
        if (event.promptLogprobs) this.promptLogprobs = event.promptLogprobs;
        const said = this.#text.push(event);
        this.generated += said.tokenIds.length;
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
}

/** The job with its structure compiled. Throws a 400 where that cannot be done. */
export async function withGrammar(serving: Serving, job: Job, signal: AbortSignal): Promise<Job> {
  return job.structure === null ? job : { ...job, grammar: await compileStructure(serving, job.structure, signal) };
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
        topLogprobs: job.bestOf > job.n ? Math.max(0, job.logprobs) : job.logprobs,
        promptLogprobs: Math.max(job.promptLogprobs, job.echo ? job.logprobs : -1),
        cacheSalt: job.cacheSalt,
        priority: job.priority,
        grammar: job.grammar,
      };
      for (const tokens of serving.engine.submit(request, abort.signal)) {
        const index = choices.length;
        const text = new ChoiceText(serving.tokenizer, job, promptIds, request.params.minTokens);
        const reader = job.reading && new AnswerReader(job.reading);
        const meter = metrics.sequence(promptIds.length);
        choices.push(new Choice(index, promptIds, tokens, text, reader, meter, abort.signal));
      }
    }
  } catch (error) {
    abort.abort(error);
    throw error;
  }
  return choices;
}
