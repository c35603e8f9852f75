import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { svg } from "./lib/svg_chart.ts";
import { numberOf, parseBenchArgs, wholeOf } from "./load/bench_args.ts";
import { parseObjectives } from "./load/objectives.ts";
import { serveLoad } from "./load/serve_load.ts";
import { describeLoad, describeSweep, loadJson, type Swept, sweepCharts } from "./load/serve_report.ts";
import { openTarget, type Target } from "./load/target.ts";
import { WORKLOAD_ARGS, WORKLOAD_HELP, workloadOptions } from "./load/workload_args.ts";
import { makeWorkload } from "./load/workloads.ts";

const HELP = `Measures a server with an OpenAI API over HTTP, by vLLM's definitions: time to first token (TTFT), time per output
token (TPOT), inter-token latency (ITL), end-to-end latency (E2EL), throughput and goodput. Either one that is already
there, or \`octavo serve\` with MODEL (default: the bundled one) and any of its flags, in a process of its own.

  ./octavo bench serve URL|[MODEL] [OPTIONS]

${WORKLOAD_HELP}  --request-rate R       requests per second, or inf (default): all at once
  --burstiness B         shape of the gamma distribution of the gaps; 1 (default) is a Poisson process, less is burstier
  --max-concurrency N    most requests under way; later ones wait, unmeasured
  --goodput SLO          such as ttft:500 or "ttft:500 tpot:50" (ms; repeatable): also count what keeps to all of them
  --sweep RATES          such as 1,2,4,8: one load for each rate, with other prompts of the same lengths
  --endpoint PATH        /v1/completions (default), with token ids where the server takes them, or /v1/chat/completions
  --no-ignore-eos        for servers that refuse ignore_eos: answers end where the model ends them
  --model NAME, --api-key KEY, --tokenizer DIR
                         for URL: the model to ask for (the first listed), its key, and its tokenizer (256 ids without)
  --json FILE            all numbers, by vLLM's names
  --out DIR              the sweep as SVG: latency against rate
`;

const { values, positionals, engine } = parseBenchArgs(process.argv.slice(2), {
  ...WORKLOAD_ARGS,
  "request-rate": { type: "string" },
  burstiness: { type: "string", default: "1" },
  "max-concurrency": { type: "string", default: "inf" },
  goodput: { type: "string", multiple: true, default: [] },
  sweep: { type: "string" },
  endpoint: { type: "string", default: "/v1/completions" },
  "ignore-eos": { type: "boolean", default: true },
  model: { type: "string" },
  "api-key": { type: "string" },
  tokenizer: { type: "string" },
  json: { type: "string" },
  out: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
});

if (values.help) process.stdout.write(HELP);
else {
  const rates = (values.sweep ?? values["request-rate"])
    ?.split(",")
    .map((text) => numberOf("request-rate", text, 0.001));
  const shape = {
    burstiness: numberOf("burstiness", values.burstiness, 0.001),
    maxConcurrency: numberOf("max-concurrency", values["max-concurrency"], 1),
    objectives: parseObjectives(values.goodput),
    seed: wholeOf("seed", values.seed, 0),
  };
  const target = await openTarget(positionals[0], {
    path: pathOf(values.endpoint),
    ignoreEos: values["ignore-eos"],
    apiKey: values["api-key"],
    model: values.model,
    tokenizer: values.tokenizer,
    engine,
  });
  try {
    await measure(target, rates ?? [null], shape);
  } finally {
    await target.close();
  }
}

async function measure(
  target: Target,
  rates: readonly (number | null)[],
  shape: Omit<Parameters<typeof serveLoad>[2], "rate">,
): Promise<void> {
  const options = workloadOptions(values, { ...target, sendIds: target.endpoint.sendIds });
  console.log(target.description);
  const swept: Swept[] = [];
  for (const [variant, rate] of rates.entries()) {
    const workload = makeWorkload(values["dataset-name"], { ...options, variant });
    if (!workload) return;
    const load = await serveLoad(target.endpoint, workload, { ...shape, rate });
    swept.push({ rate: rate ?? Infinity, load });
    const rhythm = rate === null ? (workload.arrivals ? "the trace's rhythm" : "all at once") : `${rate} requests/s`;
    console.log(`\n${values["dataset-name"]}, ${workload.requests.length} requests, ${rhythm}\n${describeLoad(load)}`);
    if (load.metrics.failed > 0) process.exitCode = 1;
  }
  if (swept.length > 1) console.log(`\n${describeSweep(swept)}`);
  if (values.json) {
    const runs = swept.map(({ rate, load }) => ({
      request_rate: Number.isFinite(rate) ? rate : "inf",
      ...loadJson(load),
    }));
    const about = { target: target.description, endpoint: values.endpoint, ...options, tokenizer: undefined, ...shape };
    const written = { ...about, maxConcurrency: values["max-concurrency"], runs };
    await writeFile(values.json, `${JSON.stringify(written, null, 1)}\n`);
  }
  if (values.out && values.sweep) {
    await mkdir(values.out, { recursive: true });
    for (const chart of sweepCharts(swept)) await writeFile(join(values.out, `${chart.name}.svg`), svg(chart));
  }
}

function pathOf(endpoint: string): "completions" | "chat/completions" {
  if (endpoint === "/v1/completions") return "completions";
  if (endpoint === "/v1/chat/completions") return "chat/completions";
  throw new Error(`Cannot use --endpoint: it takes /v1/completions or /v1/chat/completions: received "${endpoint}"`);
}
