import { Counter, Histogram, type Registry } from "prom-client";
import type { FinishReason, RequestTiming } from "../contracts/generation.ts";
import { FIRST_TOKEN_SECONDS, REQUEST_SECONDS, TOKEN_COUNTS, TOKEN_SECONDS } from "./metric_buckets.ts";

/** Follows one sequence from its submission to its end. */
export class SequenceMeter {
  readonly #instruments: Instruments;
  readonly #now: () => number;
  readonly #promptTokens: number;
  readonly #submitted: number;
  #firstToken = 0;
  #lastToken = 0;
  #tokens = 0;

  constructor(instruments: Instruments, now: () => number, promptTokens: number) {
    this.#instruments = instruments;
    this.#now = now;
    this.#promptTokens = promptTokens;
    this.#submitted = now();
  }

  token(): void {
    const time = this.#now();
    const { promptTokens, generationTokens, firstToken, interToken } = this.#instruments;
    if (this.#tokens === 0) {
      this.#firstToken = time;
      promptTokens.inc(this.#promptTokens);
      firstToken.observe((time - this.#submitted) / 1000);
    } else {
      interToken.observe((time - this.#lastToken) / 1000);
    }
    generationTokens.inc();
    this.#lastToken = time;
    this.#tokens++;
  }

  /** `timing` is the engine's, where the sequence ran to its end there. */
  finish(reason: FinishReason | "abort" | "error", timing: RequestTiming | null): void {
    const to = this.#instruments;
    to.success.inc({ finished_reason: reason });
    to.endToEnd.observe((this.#now() - this.#submitted) / 1000);
    to.requestPromptTokens.observe(this.#promptTokens);
    to.requestGenerationTokens.observe(this.#tokens);
    to.onLength(this.#tokens);
    if (this.#tokens > 1) to.perOutputToken.observe((this.#lastToken - this.#firstToken) / (this.#tokens - 1) / 1000);
    if (timing === null) return;
    to.queue.observe((timing.firstScheduled - timing.arrived) / 1000);
    to.prefill.observe((timing.firstToken - timing.firstScheduled) / 1000);
    to.decode.observe((timing.finished - timing.firstToken) / 1000);
    to.inference.observe((timing.finished - timing.firstScheduled) / 1000);
  }
}

/** What the meters of all sequences count into. */
export class Instruments {
  readonly promptTokens: Counter;
  readonly generationTokens: Counter;
  readonly success: Counter<"finished_reason">;
  readonly firstToken: Histogram;
  readonly interToken: Histogram;
  readonly endToEnd: Histogram;
  readonly queue: Histogram;
  readonly prefill: Histogram;
  readonly decode: Histogram;
  readonly perOutputToken: Histogram;
  readonly requestPromptTokens: Histogram;
  readonly requestGenerationTokens: Histogram;
  readonly inference: Histogram;
  readonly paramsN: Histogram;
  readonly paramsMaxTokens: Histogram;
  readonly maxGenerationTokens: Histogram;
  /** Hears the length of every output. */
  readonly onLength: (tokens: number) => void;

  constructor(registry: Registry, prefix: string, onLength: (tokens: number) => void) {
    this.onLength = onLength;
    const named = (name: string, help: string) => ({ name: `${prefix}${name}`, help, registers: [registry] });
    const histogram = (name: string, help: string, buckets: number[]) =>
      new Histogram({ ...named(name, help), buckets });
    this.promptTokens = new Counter(named("prompt_tokens_total", "Prompt tokens processed"));
    this.generationTokens = new Counter(named("generation_tokens_total", "Tokens generated"));
    this.success = new Counter({
      ...named("request_success_total", "Finished sequences by reason"),
      labelNames: ["finished_reason"],
    });
    this.firstToken = histogram("time_to_first_token_seconds", "Submission to first token", FIRST_TOKEN_SECONDS);
    this.interToken = histogram("inter_token_latency_seconds", "From one token to the next", TOKEN_SECONDS);
    this.endToEnd = histogram("e2e_request_latency_seconds", "Submission to end", REQUEST_SECONDS);
    this.queue = histogram("request_queue_time_seconds", "Waiting to be scheduled", REQUEST_SECONDS);
    this.prefill = histogram("request_prefill_time_seconds", "Scheduled to first token", REQUEST_SECONDS);
    this.decode = histogram("request_decode_time_seconds", "First token to last", REQUEST_SECONDS);
    this.inference = histogram("request_inference_time_seconds", "Scheduled to last token", REQUEST_SECONDS);
    this.paramsN = histogram("request_params_n", "Continuations asked for", [1, 2, 5, 10, 20]);
    this.paramsMaxTokens = histogram("request_params_max_tokens", "Most tokens asked for", TOKEN_COUNTS);
    this.maxGenerationTokens = histogram(
      "request_max_num_generation_tokens",
      "Tokens of a request's longest continuation",
      TOKEN_COUNTS,
    );
    this.perOutputToken = histogram(
      "request_time_per_output_token_seconds",
      "Mean time per token after the first",
      TOKEN_SECONDS,
    );
    this.requestPromptTokens = histogram("request_prompt_tokens", "Prompt tokens per sequence", TOKEN_COUNTS);
    this.requestGenerationTokens = histogram(
      "request_generation_tokens",
      "Tokens generated per sequence",
      TOKEN_COUNTS,
    );
  }
}
