import type { TokenLogprobs } from "../contracts/generation.ts";
import { type Choice, startChoices, withGrammar } from "./choice.ts";
import type { Delta, Finish } from "./delta.ts";
import { asApiError, clientGone, isOurFault, slowReader } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Job } from "./job.ts";
import type { ScoredToken } from "./logprobs.ts";
import type { Metrics } from "./metrics.ts";
import type { AppDeps, Serving } from "./serving.ts";
import { eventStream, type Send, type SseOptions } from "./sse.ts";
import { type ToolCall, withDelta } from "./tools_answer.ts";

/** A finished choice. */
export interface Completion {
  readonly index: number;
  readonly promptIds: readonly number[];
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  readonly tokenIds: readonly number[];
  /** As in Delta; empty where nobody asks. */
  readonly scored: readonly ScoredToken[];
  /** As in Choice. */
  readonly promptLogprobs: readonly TokenLogprobs[];
  readonly finish: Finish;
  /** Log-probability per token, where several were sampled for one choice. */
  readonly meanLogprob: number;
}

/** How chat and completions differ on the wire. */
export interface Dialect {
  /** The `object` and `choices` fields of the whole answer, and what else belongs beside them. */
  body(completions: readonly Completion[], job: Job): Record<string, unknown>;
  /** Writes the events of one choice of a stream. */
  events(choice: Choice, job: Job): ChoiceEvents;
  /** The `object` field of a stream's chunks. */
  readonly chunkObject: string;
}

/** JSON texts, written without building objects: this is done for every token. */
export interface ChoiceEvents {
  /** Sent before a choice's first delta; null: nothing. */
  open(): string | null;
  delta(delta: Delta): string;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Runs the job and answers, as a stream or at once. Whatever cuts the exchange short takes all its choices with it. */
export async function answer(
  request: Request,
  stream: boolean,
  asked: Job,
  dialect: Dialect,
  context: {
    readonly serving: Serving;
    readonly deps: AppDeps;
    readonly metrics: Metrics;
    readonly exchange: Exchange;
  },
): Promise<Response> {
  const { exchange } = context;
  const { abort } = exchange;
  exchange.check();
  const job = await withGrammar(context.serving, asked, abort.signal);
  exchange.check();
  const choices = startChoices(context.serving, job, context.metrics, abort);
  exchange.work = { job, choices };
  if (stream) return streamed((send) => streamChoices(choices, job, dialect, abort, send), { request, ...context });
  const completions = await complete(choices, job, abort);
  return Response.json({ ...head(job), ...dialect.body(completions, job), usage: usageOf(job, choices) });
}

/** Answers with what `produce` sends. Whatever cuts the stream short cuts the exchange short, and is logged. */
export function streamed(
  produce: (send: Send) => Promise<void>,
  { request, exchange, deps }: { readonly request: Request; readonly exchange: Exchange; readonly deps: AppDeps },
  fail?: NonNullable<SseOptions["fail"]>,
): Response {
  exchange.streaming = true;
  return eventStream(produce, {
    client: request.signal,
    cut: exchange.abort.signal,
    onCancel: () => exchange.cut(clientGone()),
    onStall: (seconds) => exchange.cut(slowReader(seconds)),
    onError: (error) => {
      exchange.error = asApiError(error).code;
      const id = exchange.work?.job.id;
      if (isOurFault(error)) deps.logger.error("{id} failed after its stream began: {error}", { id, error });
    },
    onEnd: () => exchange.end(),
    heartbeatMs: deps.heartbeatMs,
    stallSeconds: deps.slowReaderTimeout,
    ...(fail && { fail }),
  });
}

/** Runs the choices to their ends and gives the job's completions. The first failure aborts all. */
export async function complete(
  choices: readonly Choice[],
  job: Job,
  abort: AbortController,
): Promise<readonly Completion[]> {
  return likeliest(await allOrNone(choices, abort, collect), job);
}

async function streamChoices(
  choices: readonly Choice[],
  job: Job,
  dialect: Dialect,
  abort: AbortController,
  send: Send,
): Promise<void> {
  await allOrNone(choices, abort, (choice) => {
    const events = dialect.events(choice, job);
    let opened = false;
    return choice.run((delta) => {
      if (!opened) {
        opened = true;
        const first = events.open();
        if (first !== null) send(first);
      }
      const said = delta.text !== "" || delta.reasoning || delta.calls?.length || delta.scored?.length;
      if (!said && delta.finish === null && !job.returnTokenIds) return undefined;
      return send(events.delta(delta));
    });
  });
  if (!job.includeUsage) return;
  send(JSON.stringify({ ...head(job), object: dialect.chunkObject, choices: [], usage: usageOf(job, choices) }));
}

/** What every chunk of a choice's stream has before its delta, up to and without the delta's own fields. */
export function chunkHead(job: Job, object: string, index: number): string {
  const { id, created, model } = head(job);
  const fields = JSON.stringify({ id, object, created, model });
  return `${fields.slice(0, -1)},"choices":[{"index":${index},`;
}

/** What follows a chunk's last choice field. */
export function chunkTail(job: Job): string {
  return job.includeUsage ? '}],"usage":null}' : "}]}";
}

/** How a choice ended, or that it goes on, as a chunk says it. */
export function finishFields(finish: Delta["finish"]): string {
  if (finish === null) return '"finish_reason":null,"stop_reason":null';
  return `"finish_reason":${JSON.stringify(finish.reason)},"stop_reason":${JSON.stringify(finish.stopReason)}`;
}

function head(job: Job) {
  return { id: job.id, created: job.created, model: job.model };
}

/**
 * Runs all choices side by side; the first failure aborts the others. Whoever aborts them all is answered at once, not
 * after the step in flight.
 */
export async function allOrNone<T>(
  choices: readonly Choice[],
  abort: AbortController,
  run: (choice: Choice) => Promise<T>,
): Promise<T[]> {
  let stop = () => {};
  const cut = new Promise<never>((_, reject) => {
    stop = () => reject(abort.signal.reason);
  });
  abort.signal.addEventListener("abort", stop);
  try {
    return await Promise.race([Promise.all(choices.map(run)), cut]);
  } catch (error) {
    abort.abort(error);
    throw error;
  } finally {
    abort.signal.removeEventListener("abort", stop);
  }
}

async function collect(choice: Choice): Promise<Completion> {
  const tokenIds: number[] = [];
  const scored: ScoredToken[] = [];
  let text = "";
  let reasoning = "";
  let calls: readonly ToolCall[] = [];
  let finish: Finish | null = null;
  await choice.run((delta) => {
    text += delta.text;
    reasoning += delta.reasoning ?? "";
    if (delta.calls?.length) calls = withDelta(calls, delta.calls);
    tokenIds.push(...delta.tokenIds);
    if (delta.scored) for (const token of delta.scored) scored.push(token);
    finish = delta.finish;
    return undefined;
  });
  const meanLogprob = choice.logprob / choice.generated;
  const { index, promptIds, promptLogprobs } = choice;
  const said = { text, reasoning, calls, tokenIds, scored, finish: finish! };
  return { index, promptIds, promptLogprobs, ...said, meanLogprob };
}

/** The n best of each prompt's samples by log-probability per token (OpenAI's best_of). */
function likeliest(completions: readonly Completion[], { n, bestOf }: Job): readonly Completion[] {
  if (bestOf === n) return completions;
  const best: Completion[] = [];
  for (let first = 0; first < completions.length; first += bestOf) {
    const ofPrompt = completions.slice(first, first + bestOf);
    ofPrompt.sort((a, b) => b.meanLogprob - a.meanLogprob || a.index - b.index);
    for (const completion of ofPrompt.slice(0, n)) best.push({ ...completion, index: best.length });
  }
  return best;
}

/** A prompt counts once, however many choices go on from it. */
export function usageOf(job: Job, choices: readonly Choice[]): Usage {
  const promptTokens = job.prompts.reduce((sum, ids) => sum + ids.length, 0);
  const completionTokens = choices.reduce((sum, choice) => sum + choice.generated, 0);
  const cachedTokens = choices
    .filter((_, i) => i % job.bestOf === 0)
    .reduce((sum, choice) => sum + choice.cachedTokens, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}
