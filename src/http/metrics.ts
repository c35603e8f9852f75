import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EngineStats, GenerationEngine, SpeculationCounts } from "../contracts/generation.ts";
import type { Job } from "./job.ts";
import { LoadForecast } from "./load_forecast.ts";
import { STEP_TOKENS } from "./metric_buckets.ts";
import { Instruments, SequenceMeter } from "./sequence_meter.ts";
import type { Serving } from "./serving.ts";

/** Names that vLLM once had and older boards still ask for, and the metrics they show now. */
const FORMER_NAMES: readonly (readonly [former: string, name: string])[] = [
  ["time_per_output_token_seconds", "inter_token_latency_seconds"],
  ["gpu_cache_usage_perc", "kv_cache_usage_perc"],
  ["gpu_prefix_cache_queries_total", "prefix_cache_queries_total"],
  ["gpu_prefix_cache_hits_total", "prefix_cache_hits_total"],
];

/** Prometheus metrics under vLLM's names, all labelled model_name. */
export class Metrics {
  readonly contentType: string;
  readonly load: LoadForecast;
  readonly #registry = new Registry();
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #instruments: Instruments;
  #engine: GenerationEngine | null = null;

  /** `now` in milliseconds. */
  constructor(prefix: string, now: () => number) {
    this.#prefix = prefix;
    this.#now = now;
    this.contentType = this.#registry.contentType;
    this.load = new LoadForecast(now);
    this.#instruments = new Instruments(this.#registry, prefix, (tokens) => this.load.ended(tokens));
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
    if (engine.stats().speculation) this.#watchSpeculation(engine);
    const config = { block_size: String(engine.blockSize), num_gpu_blocks: String(engine.numBlocks) };
    new Gauge({
      ...this.#named("cache_config_info", "The KV cache's configuration"),
      labelNames: Object.keys(config),
    }).set(config, 1);
    const perStep = new Histogram({
      ...this.#named("iteration_tokens_total", "Tokens per engine step"),
      buckets: STEP_TOKENS,
    });
    engine.onStep((tokens) => {
      perStep.observe(tokens);
      this.load.step(tokens);
    });
    for (const reason of ["stop", "length", "abort", "error"])
      this.#instruments.success.inc({ finished_reason: reason }, 0);
  }

  /** Once for every request, at its end. */
  ended(job: Job, choices: readonly { readonly generated: number }[]): void {
    const { paramsN, paramsMaxTokens, maxGenerationTokens } = this.#instruments;
    for (const [i, { maxTokens }] of job.params.entries()) {
      paramsN.observe(job.bestOf);
      paramsMaxTokens.observe(maxTokens);
      const ofPrompt = choices.slice(i * job.bestOf, (i + 1) * job.bestOf);
      maxGenerationTokens.observe(Math.max(...ofPrompt.map(({ generated }) => generated)));
    }
  }

  sequence(promptTokens: number): SequenceMeter {
    return new SequenceMeter(this.#instruments, this.#now, promptTokens);
  }

  async text(): Promise<string> {
    const text = await this.#registry.metrics();
    if (this.#engine === null) return text;
    const aliases = FORMER_NAMES.map(async ([former, name]) => {
      const lines = await this.#registry.getSingleMetricAsString(`${this.#prefix}${name}`);
      return lines.replaceAll(`${this.#prefix}${name}`, `${this.#prefix}${former}`);
    });
    return `${text}${(await Promise.all(aliases)).join("\n")}\n`;
  }

  #named(name: string, help: string) {
    return { name: `${this.#prefix}${name}`, help, registers: [this.#registry] };
  }

  #watchSpeculation(engine: GenerationEngine): void {
    const total = (name: string, help: string, read: (counts: SpeculationCounts) => number) =>
      this.#watchTotal(`spec_decode_${name}_total`, help, engine, ({ speculation }) => read(speculation!));
    total("num_drafts", "Drafts computed", ({ drafts }) => drafts);
    total("num_draft_tokens", "Tokens drafted", ({ draftTokens }) => draftTokens);
    total("num_accepted_tokens", "Drafted tokens that were right", ({ acceptedTokens }) => acceptedTokens);
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
