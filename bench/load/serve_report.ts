import process from "node:process";
import { runtime } from "../../src/host.ts";
import { markdownTable } from "../lib/markdown_table.ts";
import type { ServingMetrics, Spread } from "../lib/serving_metrics.ts";
import type { LineChart } from "../lib/svg_chart.ts";
import type { ServedLoad } from "./serve_load.ts";

/** Bun lets no more out at once unless it is told to, as the launcher does; the others wait where no clock sees it. */
const BUN_REQUESTS = 256;
const LIMITED = `beware: only ${BUN_REQUESTS} requests were really under way: start it by ./octavo bench serve`;
const isLimited = () => runtime.name === "bun" && process.env.BUN_CONFIG_MAX_HTTP_REQUESTS === undefined;

/** One load's result for people. */
export function describeLoad({ metrics, peakConcurrency, errors, unreported, client }: ServedLoad): string {
  const { ttft, tpot, itl, e2el, goodput } = metrics;
  const perSecond = [
    `${metrics.requestThroughput.toFixed(2)} requests/s`,
    ...(goodput === null ? [] : [`goodput ${goodput.toFixed(2)} requests/s`]),
    `${metrics.outputThroughput.toFixed(1)} output tokens/s`,
    `${metrics.totalThroughput.toFixed(1)} tokens/s in all`,
  ];
  const row = (name: string, { mean, median, p90, p99 }: Spread) => [name, ...[mean, median, p90, p99].map(ms)];
  return [
    `${metrics.completed} completed, ${metrics.failed} failed in ${metrics.duration.toFixed(2)} s; ` +
      `${metrics.inputTokens} tokens in, ${metrics.outputTokens} out; at most ${peakConcurrency} at once`,
    perSecond.join(", "),
    `client: ${client.perToken.toFixed(1)} us of CPU time per token, ${(client.share * 100).toFixed(1)} % of a core`,
    ...(unreported > 0
      ? [`${unreported} answers without usage: their tokens out are chunks, their tokens in unknown`]
      : []),
    ...(peakConcurrency > BUN_REQUESTS && isLimited() ? [LIMITED] : []),
    ...[...errors].map(([error, count]) => `${count} failed: ${error}`),
    "",
    markdownTable(
      ["ms", "mean", "median", "p90", "p99"],
      [row("TTFT", ttft), row("TPOT", tpot), row("ITL", itl), row("E2EL", e2el)],
    ),
  ].join("\n");
}

export interface Swept {
  readonly rate: number;
  readonly load: ServedLoad;
}

/** Loads of several rates side by side. */
export function describeSweep(swept: readonly Swept[]): string {
  const rows = swept.map(({ rate, load: { metrics } }) => [
    String(rate),
    metrics.requestThroughput.toFixed(2),
    metrics.goodput === null ? "-" : metrics.goodput.toFixed(2),
    metrics.outputThroughput.toFixed(1),
    ...[metrics.ttft, metrics.tpot, metrics.e2el].flatMap(({ median, p99 }) => [ms(median), ms(p99)]),
    String(metrics.failed),
  ]);
  const latencies = ["TTFT ms", "p99", "TPOT ms", "p99", "E2EL ms", "p99"];
  return markdownTable(["requests/s asked", "done", "goodput", "tokens/s", ...latencies, "failed"], rows);
}

/** Latency against rate: one chart for each kind of latency. */
export function sweepCharts(swept: readonly Swept[]): LineChart[] {
  const kinds = [
    ["ttft", "Time to first token"],
    ["tpot", "Time per output token"],
    ["e2el", "End-to-end latency"],
  ] as const;
  return kinds.map(([kind, title]) => ({
    kind: "lines",
    name: `serve_${kind}`,
    title: `${title} against request rate`,
    x: "requests/s",
    y: "ms",
    series: (["median", "mean", "p90", "p99"] as const).map((name) => ({
      name,
      points: swept.map(({ rate, load }) => [rate, load.metrics[kind][name]] as const),
    })),
  }));
}

/** The result by the names of vLLM's benchmark, so that its scripts read it. */
export function loadJson({ metrics, peakConcurrency, errors, unreported, client }: ServedLoad): object {
  return {
    ...throughputJson(metrics),
    max_concurrent_requests: peakConcurrency,
    errors: Object.fromEntries(errors),
    answers_without_usage: unreported,
    client_us_per_token: client.perToken,
    client_core_share: client.share,
    ...spreadJson("ttft", metrics.ttft),
    ...spreadJson("tpot", metrics.tpot),
    ...spreadJson("itl", metrics.itl),
    ...spreadJson("e2el", metrics.e2el),
  };
}

function throughputJson(metrics: ServingMetrics): object {
  return {
    duration: metrics.duration,
    completed: metrics.completed,
    failed: metrics.failed,
    total_input_tokens: metrics.inputTokens,
    total_output_tokens: metrics.outputTokens,
    request_throughput: metrics.requestThroughput,
    request_goodput: metrics.goodput,
    output_throughput: metrics.outputThroughput,
    total_token_throughput: metrics.totalThroughput,
  };
}

function spreadJson(name: string, { mean, median, p90, p99 }: Spread): object {
  return {
    [`mean_${name}_ms`]: mean,
    [`median_${name}_ms`]: median,
    [`p90_${name}_ms`]: p90,
    [`p99_${name}_ms`]: p99,
  };
}

function ms(value: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(value < 100 ? 2 : 0);
}
