import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EngineStats, FinishReason, GenerationEngine, RequestTiming } from "../contracts/generation.ts";
import { FIRST_TOKEN_SECONDS, REQUEST_SECONDS, STEP_TOKENS, TOKEN_COUNTS, TOKEN_SECONDS } from "./metric_buckets.ts";
import type { Serving } from "./serving.ts";

/** Prometheus metrics under vLLM's names, all labelled model_name. */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #sequences: SequenceInstruments;
  #engine: GenerationEngine | null = null;

  /** `now` in milliseconds. */
  constructor(prefix: string, now: () => number) {
    this.#prefix = prefix;
    this.#now = now;
    this.contentType = this.#registry.contentType;
    this.#sequences = new SequenceInstruments(this.#registry, prefix);
  }

  /** Begins to watch a loaded model; a second call with the same one does nothing. */
  attach({ engine, model }: Serving): void {
    if (this.#engine === engine) return;
    this.#engine = engine;
    this.#registry.setDefaultLabels({ model_name: model.ids[0] });
    this.#watch("num_requests_running", "Requests whose tokens are being computed", engine, (stats) => stats.running);
    this.#watch("num_requests_waiting", "Requests waiting to be scheduled", engine, (stats) => stats.waiting);
    this.#watch("kv_cache_usage_perc", "KV blocks in use; 1 means all", engine, (stats) => stats.kvUsage);
    const total = (name: string, help: string, read: (stats: EngineStats) => number) =>
      this.#watchTotal(name, help, engine, read);
    total("num_preemptions_total", "Preemptions so far", ({ preemptions }) => preemptions);
    total("prefix_cache_queries_total", "Prompt tokens looked up", ({ prefixQueryTokens }) => prefixQueryTokens);
    total("prefix_cache_hits_total", "Prompt tokens found in the cache", ({ prefixHitTokens }) => prefixHitTokens);
    const config = { block_size: String(engine.blockSize), num_gpu_blocks: String(engine.numBlocks) };
    new Gauge({
      ...this.#named("cache_config_info", "The KV cache's configuration"),
      labelNames: Object.keys(config),
    }).set(config, 1);
    const perStep = new Histogram({
      ...this.#named("iteration_tokens_total", "Tokens per engine step"),
      buckets: STEP_TOKENS,
    });
    engine.onStep((tokens) => perStep.observe(tokens));
  }

  sequence(promptTokens: number): SequenceMeter {
    return new SequenceMeter(this.#sequences, this.#now, promptTokens);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #named(name: string, help: string) {
    return { name: `${this.#prefix}${name}`, help, registers: [this.#registry] };
  }

  #watch(name: string, help: string, engine: GenerationEngine, read: (stats: EngineStats) => number): void {
    const gauge: Gauge = new Gauge({ ...this.#named(name, help), collect: () => gauge.set(read(engine.stats())) });
  }

  /** A total that the engine keeps. */
  #watchTotal(name: string, help: string, engine: GenerationEngine, read: (stats: EngineStats) => number): void {
    const counter: Counter = new Counter({
      ...this.#named(name, help),
      collect: () => {
        counter.reset();
        counter.inc(read(engine.stats()));
      },
    });
  }
}

/** Follows one sequence from its submission to its end. */
export class SequenceMeter {
  readonly #instruments: SequenceInstruments;
  readonly #now: () => number;
  readonly #promptTokens: number;
  readonly #submitted: number;
  #firstToken = 0;
  #lastToken = 0;
  #tokens = 0;

  constructor(instruments: SequenceInstruments, now: () => number, promptTokens: number) {
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
    if (this.#tokens > 1) to.perOutputToken.observe((this.#lastToken - this.#firstToken) / (this.#tokens - 1) / 1000);
    if (timing === null) return;
    to.queue.observe((timing.firstScheduled - timing.arrived) / 1000);
    to.prefill.observe((timing.firstToken - timing.firstScheduled) / 1000);
    to.decode.observe((timing.finished - timing.firstToken) / 1000);
  }
}

class SequenceInstruments {
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

  constructor(registry: Registry, prefix: string) {
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
