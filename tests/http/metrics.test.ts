import { describe, expect, test } from "bun:test";
import { FakeEngine } from "./fake_engine.ts";
import { events, harness, levelTokenizer, saying } from "./harness.ts";

const NAMES = [
  ..."num_requests_running num_requests_waiting kv_cache_usage_perc num_preemptions_total prompt_tokens_total".split(
    " ",
  ),
  ..."generation_tokens_total request_success_total time_to_first_token_seconds inter_token_latency_seconds".split(" "),
  ..."e2e_request_latency_seconds request_queue_time_seconds request_prefill_time_seconds".split(" "),
  ..."request_decode_time_seconds request_time_per_output_token_seconds request_prompt_tokens".split(" "),
  ..."request_generation_tokens iteration_tokens_total cache_config_info".split(" "),
];

/**
 * Series that the queries of vLLM's own boards and alerts read: examples/online_serving/prometheus_grafana/grafana.json (its
 * versions of 2024 and 2025), examples/online_serving/dashboards/grafana/{performance,query}_statistics.json and
 * prometheus_grafana/k8s-monitoring/prometheusrule.yaml in vllm-project/vllm.
 */
const BOARD_SERIES = [
  "e2e_request_latency_seconds_bucket e2e_request_latency_seconds_sum e2e_request_latency_seconds_count",
  "prompt_tokens_total generation_tokens_total num_requests_running num_requests_waiting",
  "time_per_output_token_seconds_bucket time_per_output_token_seconds_sum time_per_output_token_seconds_count",
  "inter_token_latency_seconds_bucket inter_token_latency_seconds_sum inter_token_latency_seconds_count",
  "time_to_first_token_seconds_bucket time_to_first_token_seconds_sum time_to_first_token_seconds_count",
  "gpu_cache_usage_perc kv_cache_usage_perc request_prompt_tokens_bucket request_generation_tokens_bucket",
  "request_success_total request_queue_time_seconds_sum request_prefill_time_seconds_sum",
  "request_decode_time_seconds_sum request_max_num_generation_tokens_sum",
].flatMap((line) => line.split(" "));

/**
 * What the endpoint picker of kubernetes-sigs/gateway-api-inference-extension reads of a model server by default
 * (docs/proposals/003-model-server-protocol); loraSpec is optional, and there are no adapters here.
 */
const PICKER_SERIES = ["num_requests_waiting", "num_requests_running", "kv_cache_usage_perc", "cache_config_info"];

/** name{labels} -> value */
async function scrape(get: (path: string) => Promise<Response>): Promise<Map<string, number>> {
  const text = await (await get("/metrics")).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

describe("GET /metrics", () => {
  test("has every name, labelled with the model", async () => {
    for (const metricsPrefix of ["octavo:", "vllm:", ""]) {
      const { get, post } = harness({ deps: { metricsPrefix } });
      await post("/v1/completions", { prompt: "abc", max_tokens: 3 });
      const samples = await scrape(get);
      for (const name of NAMES) {
        const lines = [...samples.keys()].filter((line) => line.startsWith(`${metricsPrefix}${name}`));
        expect({ name, count: lines.length > 0 }).toEqual({ name, count: true });
        for (const line of lines) expect(line).toContain('model_name="tiny"');
      }
    }
  });

  test("has every series that vLLM's boards and the gateway's endpoint picker ask for", async () => {
    const { get, post } = harness({ deps: { metricsPrefix: "vllm:" } });
    await post("/v1/completions", { prompt: "abc", max_tokens: 3 });
    const samples = await scrape(get);
    for (const name of [...BOARD_SERIES, ...PICKER_SERIES]) {
      const series = [...samples.keys()].filter((line) => line.startsWith(`vllm:${name}{`));
      expect({ name, found: series.length > 0 }).toEqual({ name, found: true });
      // Every query of the boards selects by this label.
      for (const line of series) expect(line).toContain('model_name="tiny"');
    }
    const ofAlias = (name: string) =>
      [...samples].filter(([line]) => line.startsWith(`vllm:${name}`)).map(([, n]) => n);
    expect(ofAlias("time_per_output_token_seconds")).toEqual(ofAlias("inter_token_latency_seconds"));
    expect(samples.get('vllm:time_per_output_token_seconds_count{model_name="tiny"}')).toBe(2);
  });

  test("is well-formed: each name has its HELP and TYPE once, before its samples", async () => {
    const { get, post } = harness();
    await post("/v1/completions", { prompt: "abc", max_tokens: 3 });
    const lines = (await (await get("/metrics")).text()).split("\n").filter((line) => line !== "");
    const types = lines.filter((line) => line.startsWith("# TYPE ")).map((line) => line.split(" ")[2]!);
    expect(new Set(types).size).toBe(types.length);
    let current = "";
    for (const line of lines) {
      if (line.startsWith("# ")) current = line.split(" ")[2]!;
      else expect(line).toStartWith(current);
    }
  });

  test("tells what was asked for, per request", async () => {
    const { get, post } = harness();
    await post("/v1/completions", { prompt: ["abc", "de"], n: 3, max_tokens: 4 });
    const samples = await scrape(get);
    const value = (name: string) => samples.get(`octavo:${name}{model_name="tiny"}`);
    expect([value("request_params_n_sum"), value("request_params_n_count")]).toEqual([6, 2]);
    expect(value("request_params_max_tokens_sum")).toBe(8);
    expect(value("request_max_num_generation_tokens_sum")).toBe(8);
    expect(samples.get('octavo:request_success_total{finished_reason="error",model_name="tiny"}')).toBe(0);
  });

  test("counts tokens and reasons, whichever way a request ends", async () => {
    const { get, post, engine, app } = harness({ next: saying("ab!c"), eosTokenIds: [33], delay: 1 });
    await post("/v1/completions", { prompt: "xyz", max_tokens: 2 });
    await post("/v1/completions", { prompt: "xyz" });
    await events(await post("/v1/completions", { prompt: "xyz", stop: "b", stream: true }));
    const gone = new AbortController();
    const body = JSON.stringify({ prompt: "xyz", ignore_eos: true, max_tokens: 200 });
    const before = engine.computed;
    const pending = app.request("/v1/completions", { method: "POST", body, signal: gone.signal });
    while (engine.computed === before) await new Promise((resolve) => setTimeout(resolve, 2));
    gone.abort();
    await pending;
    // The client is let go at once; what it left is counted when the engine has let go of it, too.
    const aborted = 'octavo:request_success_total{finished_reason="abort",model_name="tiny"}';
    let samples = await scrape(get);
    for (let i = 0; i < 500 && samples.get(aborted) === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      samples = await scrape(get);
    }
    const value = (name: string, labels = "") => samples.get(`octavo:${name}{${labels}model_name="tiny"}`);
    expect(value("request_success_total", 'finished_reason="length",')).toBe(1);
    expect(value("request_success_total", 'finished_reason="stop",')).toBe(2);
    expect(value("request_success_total", 'finished_reason="abort",')).toBe(1);
    expect(value("prompt_tokens_total")).toBe(12);
    expect(value("generation_tokens_total")).toBeGreaterThanOrEqual(7);
    expect(value("time_to_first_token_seconds_count")).toBe(4);
    expect(value("e2e_request_latency_seconds_count")).toBe(4);
    expect(value("request_queue_time_seconds_count")).toBe(2);
    expect(value("num_preemptions_total")).toBe(3);
    expect(value("num_requests_running")).toBe(0);
    expect(value("iteration_tokens_total_count")).toBe(engine.computed);
    expect(samples.get('octavo:cache_config_info{block_size="16",num_gpu_blocks="64",model_name="tiny"}')).toBe(1);
  });

  test("counts drafts where there are any", async () => {
    const engine = new FakeEngine({ vocabSize: levelTokenizer.vocabSize });
    const stats = engine.stats();
    engine.stats = () => ({ ...stats, speculation: { drafts: 5, draftTokens: 20, acceptedTokens: 12 } });
    const samples = await scrape(harness({ serving: { engine } }).get);
    const totals = ["num_drafts", "num_draft_tokens", "num_accepted_tokens"];
    const values = totals.map((name) => samples.get(`octavo:spec_decode_${name}_total{model_name="tiny"}`));
    expect(values).toEqual([5, 20, 12]);
    expect([...(await scrape(harness().get)).keys()].filter((line) => line.includes("spec_decode"))).toEqual([]);
  });
});
