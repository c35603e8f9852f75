import { describe, expect, test } from "bun:test";
import { events, harness, saying } from "./harness.ts";

const NAMES = [
  ..."num_requests_running num_requests_waiting kv_cache_usage_perc num_preemptions_total prompt_tokens_total".split(
    " ",
  ),
  ..."generation_tokens_total request_success_total time_to_first_token_seconds inter_token_latency_seconds".split(" "),
  ..."e2e_request_latency_seconds request_queue_time_seconds request_prefill_time_seconds".split(" "),
  ..."request_decode_time_seconds request_time_per_output_token_seconds request_prompt_tokens".split(" "),
  ..."request_generation_tokens iteration_tokens_total cache_config_info".split(" "),
];

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

  test("counts tokens and reasons, whichever way a request ends", async () => {
    const { get, post, engine, app } = harness({ next: saying("ab!c"), eosTokenIds: [33], delay: 1 });
    await post("/v1/completions", { prompt: "xyz", max_tokens: 2 });
    await post("/v1/completions", { prompt: "xyz" });
    await events(await post("/v1/completions", { prompt: "xyz", stop: "b", stream: true }));
    const gone = new AbortController();
    const body = JSON.stringify({ prompt: "xyz", ignore_eos: true, max_tokens: 200 });
    const pending = app.request("/v1/completions", { method: "POST", body, signal: gone.signal });
    setTimeout(() => gone.abort(), 20);
    await pending;
    await engine.idle();
    const samples = await scrape(get);
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
});
