import process from "node:process";
import { AsyncQueue } from "./base/async_queue.ts";
import { loadServing } from "./cli/load_serving.ts";
import { seedSource } from "./cli/seed_source.ts";
import { allOrNone, complete } from "./http/answer.ts";
import { chatJob } from "./http/chat.ts";
import { type Choice, startChoices, withGrammar } from "./http/choice.ts";
import { completionJob } from "./http/completions.ts";
import type { Job } from "./http/job.ts";
import { Metrics } from "./http/metrics.ts";
import { newId } from "./http/request_id.ts";
import { parseChat, parseCompletion } from "./http/schema.ts";
import type { Serving } from "./http/serving.ts";
import { fromApi, fromLoading, LLMError } from "./library/llm_error.ts";
import { type LoadOptions, parseLoadOptions } from "./library/load_options.ts";
import { type Output, outputOf, type Piece, pieceOf } from "./library/outputs.ts";
import {
  bodyFields,
  type ChatParams,
  type ResponseFormat,
  type SamplingParams,
  type StructuredOutputs,
} from "./library/sampling_params.ts";

export type { LLMErrorCode } from "./library/llm_error.ts";
export type { Answer, FinishReason, Output, Piece, ScoredTokenOutput, TokenLogprob, Usage } from "./library/outputs.ts";
export {
  type ChatParams,
  LLMError,
  type LoadOptions,
  type ResponseFormat,
  type SamplingParams,
  type StructuredOutputs,
};

/** A text, or the ids of its tokens. */
export type Prompt = string | readonly number[];

/** A message of a conversation, in OpenAI's shape; further fields are left to the model's chat template. */
export interface Message {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly content?: string | readonly { readonly type: "text"; readonly text: string }[] | null;
  readonly [field: string]: unknown;
}

export interface CallOptions {
  /** Aborting it ends the call, which then throws the signal's reason; what it held of the cache is free one step later. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A model in this process: `octavo serve` without HTTP. Any number of calls may run at once; they share the GPU and the
 * KV cache as the requests of a server do, and each gets the tokens that it would get alone.
 *
 * ```ts
 * await using llm = await LLM.load();
 * const [story] = await llm.generate("Once upon a time", { maxTokens: 50, temperature: 0 });
 * console.log(story.text);
 * ```
 */
export class LLM {
  /** The name of the model. */
  readonly model: string;
  /** Tokens of the longest sequence, prompt and answer together. */
  readonly maxModelLen: number;
  readonly #serving: Serving;
  readonly #metrics: Metrics;
  readonly #nextSeed: () => bigint;
  readonly #release: () => Promise<void>;
  #closing: Promise<void> | null = null;

  /** Over a model that is loaded; programs call `LLM.load`. */
  constructor(serving: Serving, nextSeed: () => bigint, release: () => Promise<void>) {
    this.model = serving.model.ids[0];
    this.maxModelLen = serving.model.maxModelLen;
    this.#serving = serving;
    this.#metrics = new Metrics("octavo:", () => performance.now());
    this.#nextSeed = nextSeed;
    this.#release = release;
  }

  /**
   * Loads a model and starts its engine.
   *
   * @param model directory in Hugging Face layout or hub id `org/name[@revision]`; left out, the model that comes with Octavo
   * @throws LLMError (invalid_option, cannot_load)
   */
  static async load(model?: string, options: LoadOptions = {}): Promise<LLM> {
    try {
      const config = parseLoadOptions(options, process.env);
      const { built, serving } = await loadServing(model, config);
      return new LLM(serving, seedSource(config.seed), async () => {
        serving.grammars?.close();
        await built.prefixStore?.flush();
        await built.engine.close();
      });
    } catch (error) {
      throw fromLoading(error);
    }
  }

  /**
   * Continues each of the prompts, all of them at once, and gives one output for each, in their order. If one fails, all
   * end and the first error is thrown.
   *
   * @param prompts one or several: texts, or lists of token ids
   * @throws LLMError
   */
  async generate(
    prompts: Prompt | readonly Prompt[],
    params: SamplingParams = {},
    { signal }: CallOptions = {},
  ): Promise<Output[]> {
    return this.#run(signal, () => listOf(prompts).map((prompt) => this.#completionJob(prompt, params)));
  }

  /**
   * Answers a conversation.
   *
   * @throws LLMError (no_chat_template where the model has none)
   */
  async chat(messages: readonly Message[], params: ChatParams = {}, { signal }: CallOptions = {}): Promise<Output> {
    const [output] = await this.#run(signal, () => [this.#chatJob(messages, params)]);
    return output!;
  }

  /**
   * The same piece by piece, as it is computed: continues a prompt, or answers the messages of a conversation. Leaving the
   * iteration ends the generation. With n > 1 the pieces of the answers mix; `index` says whose they are.
   *
   * @throws LLMError, from the iteration
   */
  async *stream(
    prompt: Prompt | readonly Message[],
    params: SamplingParams | ChatParams = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Piece, void, undefined> {
    const abort = new AbortController();
    const queue = new AsyncQueue<Piece>(() => abort.abort());
    const stopFollowing = follow(signal, abort);
    try {
      const job = isConversation(prompt) ? this.#chatJob(prompt, params) : this.#completionJob(prompt, params);
      const ready = await withGrammar(this.#serving, job, abort.signal);
      const choices = this.#start(ready, abort);
      const run = (choice: Choice) =>
        choice.run((delta) => {
          queue.push(pieceOf(choice.index, delta, job));
          return undefined;
        });
      void allOrNone(choices, abort, run).then(
        () => queue.end(),
        (error) => queue.fail(error),
      );
      yield* queue;
    } catch (error) {
      throw this.#errorOf(error, signal);
    } finally {
      stopFollowing();
    }
  }

  /** Ends what still runs, with an error, and gives the device's memory back. */
  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Makes all jobs before any of them starts: what cannot be is refused before anything is computed. */
  async #run(signal: AbortSignal | undefined, makeJobs: () => readonly Job[]): Promise<Output[]> {
    // One controller a job, for each has listeners in the engine.
    const aborts: AbortController[] = [];
    const stop = new AbortController();
    const stopFollowing = follow(signal, stop);
    stop.signal.addEventListener("abort", () => {
      for (const abort of aborts) abort.abort(stop.signal.reason);
    });
    const runs: Promise<Output>[] = [];
    try {
      const jobs = await Promise.all(makeJobs().map((job) => withGrammar(this.#serving, job, stop.signal)));
      stop.signal.throwIfAborted();
      for (const job of jobs) {
        const abort = new AbortController();
        aborts.push(abort);
        const choices = this.#start(job, abort);
        runs.push(complete(choices, job, abort).then((completions) => outputOf(job, choices, completions)));
      }
      return await Promise.all(runs);
    } catch (error) {
      stop.abort(error);
      await Promise.allSettled(runs);
      throw this.#errorOf(error, signal);
    } finally {
      stopFollowing();
    }
  }

  #start(job: Job, abort: AbortController): Choice[] {
    if (this.#closing) throw closed();
    return startChoices(this.#serving, job, this.#metrics, abort);
  }

  #completionJob(prompt: Prompt, params: object): Job {
    const request = parseCompletion({ ...bodyFields(params), prompt });
    return completionJob(this.#serving, request, this.#jobContext());
  }

  #chatJob(messages: readonly Message[], params: ChatParams): Job {
    const { logprobs, ...others } = params;
    const scores = logprobs === undefined ? {} : { logprobs: true, top_logprobs: logprobs };
    const request = parseChat({ ...bodyFields(others), ...scores, messages });
    return chatJob(this.#serving, request, this.#jobContext());
  }

  #jobContext() {
    return { id: `llm-${newId()}`, created: Math.floor(Date.now() / 1000), seed: this.#nextSeed, cacheSalt: "" };
  }

  /** The caller's own reason where it was the caller who aborted. */
  #errorOf(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    return this.#closing ? closed() : fromApi(error);
  }
}

function closed(): LLMError {
  return new LLMError("closed", "The model is closed");
}

function listOf(prompts: Prompt | readonly Prompt[]): readonly Prompt[] {
  if (typeof prompts === "string") return [prompts];
  return typeof prompts[0] === "number" ? [prompts as readonly number[]] : (prompts as readonly Prompt[]);
}

function isConversation(prompt: Prompt | readonly Message[]): prompt is readonly Message[] {
  return typeof prompt !== "string" && typeof prompt[0] === "object";
}

/** Aborts `abort` with `signal`, until the function that it gives is called. */
function follow(signal: AbortSignal | undefined, abort: AbortController): () => void {
  if (!signal) return () => {};
  const listener = () => abort.abort(signal.reason);
  if (signal.aborted) listener();
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
