import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { markdownTable } from "./lib/markdown_table.ts";
import { median } from "./lib/statistics.ts";
import { numberOf, parseBenchArgs, wholeOf } from "./load/bench_args.ts";
import { serveLoad } from "./load/serve_load.ts";
import { modelDirectory, openTarget } from "./load/target.ts";
import { WORKLOAD_ARGS, workloadOptions } from "./load/workload_args.ts";
import { makeWorkload } from "./load/workloads.ts";

const HELP = `Requests per second of \`octavo serve\` and of Hugging Face transformers with static batches, with the same requests, all
there at once: ShareGPT's lengths (--length-scale for models with a short context). transformers is run at several batch
sizes, of which the best counts; Octavo before and after it. Needs a Python with torch and transformers.

  ./octavo bench compare_transformers MODEL --python PYTHON [OPTIONS]

  --num-prompts N        requests
  --length-scale F       factor on ShareGPT's lengths
  --batches 1,8,32       batch sizes of transformers
  --torch-dtype float32  what it computes in; --torch-device cpu or cuda
  --runs 2               runs of Octavo, half of them before and half after
  --timeout 1800         seconds that transformers may take
  --json FILE            every measurement

and any flag of \`octavo serve\`.
`;

interface Batched {
  readonly batch: number;
  readonly requestsPerSecond: number;
  readonly tokensPerSecond: number;
  readonly versions: string;
}

const { values, positionals, engine } = parseBenchArgs(process.argv.slice(2), {
  ...WORKLOAD_ARGS,
  python: { type: "string", default: "python3" },
  batches: { type: "string", default: "1,8,32" },
  "torch-dtype": { type: "string", default: "float32" },
  "torch-device": { type: "string", default: "cpu" },
  runs: { type: "string", default: "2" },
  timeout: { type: "string", default: "1800" },
  json: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
});
if (values.help) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  const directory = await modelDirectory(positionals[0]);
  const target = await openTarget(directory, {
    path: "completions",
    ignoreEos: true,
    apiKey: undefined,
    model: undefined,
    tokenizer: undefined,
    // Every run has the same prompts, which are not to be found again.
    engine: { enablePrefixCaching: "false", ...engine },
  });
  const runs = wholeOf("runs", values.runs, 1);
  const ours: number[] = [];
  try {
    const options = workloadOptions({ ...values, "dataset-name": "sharegpt" }, { ...target, sendIds: true });
    const workload = makeWorkload("sharegpt", options)!;
    const requests = workload.requests.map((request) => ({ prompt: request.prompt(), output: request.outputLength }));
    console.log(`${target.description}\n${requests.length} requests`);
    const serve = async () => {
      const shape = { rate: null, burstiness: 1, maxConcurrency: Infinity, objectives: {}, seed: 0 };
      const { metrics } = await serveLoad(target.endpoint, workload, shape);
      if (metrics.failed > 0) throw new Error(`Cannot compare: ${metrics.failed} requests failed`);
      ours.push(metrics.requestThroughput);
      console.error(`Octavo: ${metrics.requestThroughput.toPrecision(3)} requests/s`);
    };
    for (let i = 0; i < Math.ceil(runs / 2); i++) await serve();
    const theirs = await transformers(directory, requests);
    for (let i = 0; i < Math.floor(runs / 2); i++) await serve();
    report(ours, theirs);
    if (values.json) await writeFile(values.json, `${JSON.stringify({ model: directory, ours, theirs }, null, 1)}\n`);
  } finally {
    await target.close();
  }
}

async function transformers(directory: string, requests: readonly unknown[]): Promise<Batched[]> {
  const folder = await mkdtemp(join(tmpdir(), "octavo-compare-"));
  try {
    const file = join(folder, "requests.json");
    await writeFile(file, JSON.stringify(requests));
    const program = join(import.meta.dirname, "compare/static_batches.py");
    const args = ["--batches", values.batches, "--dtype", values["torch-dtype"], "--device", values["torch-device"]];
    const output = await run(values.python, [program, directory, file, ...args]);
    return output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Batched);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const timeout = numberOf("timeout", values.timeout, 1) * 1000;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout, killSignal: "SIGKILL" });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stderr.write(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-2000);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`Cannot run transformers: ${program} ended with ${code ?? signal}: ${errors.trim()}`));
    });
  });
}

function report(ours: readonly number[], theirs: readonly Batched[]): void {
  const best = Math.max(...theirs.map(({ requestsPerSecond }) => requestsPerSecond));
  const rate = median(ours);
  console.log(`\n${theirs[0]!.versions}, ${values["torch-dtype"]} on ${values["torch-device"]}\n`);
  console.log(
    markdownTable(
      ["requests/s", "measured", "Octavo's share"],
      [
        ["Octavo", rate.toPrecision(3), ""],
        ...theirs.map(({ batch, requestsPerSecond }) => [
          `transformers, batches of ${batch}${requestsPerSecond === best ? " (best)" : ""}`,
          requestsPerSecond.toPrecision(3),
          `${(rate / requestsPerSecond).toFixed(2)}x`,
        ]),
      ],
    ),
  );
}
