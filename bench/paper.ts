import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { EngineRow } from "./engine/experiment.ts";
import { ENGINE_EXPERIMENTS } from "./engine/experiments.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import type { Chart } from "./lib/svg_chart.ts";
import { svg } from "./lib/svg_chart.ts";
import type { Row, Scale } from "./sim/experiment.ts";
import { EXPERIMENTS } from "./sim/experiments.ts";

const HELP = `The experiments of the PagedAttention paper (arXiv 2309.06180), simulated: Octavo's own scheduler and KV cache and
the paper's baselines serve the same requests on a cost model of OPT-13B on an A100-40GB. With --engine some of them,
small, on the real engine, beside the simulation of the same requests.

  ./octavo bench paper [--only NAME[,NAME...]] [--quick] [--seed 1] [--json FILE] [--out DIR]
  ./octavo bench paper --engine [--only NAME[,NAME...]] [--model DIR] [--device webgpu] [--seed 1] [--json FILE] [--out DIR]

  --only NAMES  some of: ${EXPERIMENTS.map(({ name }) => name).join(" ")}
                with --engine of: ${ENGINE_EXPERIMENTS.map(({ name }) => name).join(" ")}
  --quick       a tenth of the requests
  --seed N      of the drawn lengths and arrivals
  --json FILE   all numbers, those of the figures included
  --out DIR     the figures as SVG
`;

const { values } = parseArgs({
  options: {
    engine: { type: "boolean", default: false },
    model: { type: "string" },
    device: { type: "string", default: "webgpu" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
    out: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else await runExperiments();

/** An experiment that has been told all but to run. */
interface Run {
  readonly name: string;
  readonly title: string;
  run(): Promise<Result>;
}

interface Result {
  readonly outcome: { readonly charts: readonly Chart[]; readonly skipped?: string };
  readonly header: readonly string[];
  readonly table: readonly (readonly string[])[];
}

async function runExperiments(): Promise<void> {
  const scale = { share: values.quick ? 0.1 : 1, seed: parseSeed(values.seed) };
  const results: { readonly name: string; readonly title: string; readonly outcome: Result["outcome"] }[] = [];
  for (const { name, title, run } of chosen(values.engine ? onEngine(scale.seed) : simulations(scale), values.only)) {
    const start = performance.now();
    const { outcome, header, table } = await run();
    results.push({ name, title, outcome });
    console.log(`\n## ${title}\n`);
    if (table.length > 0) console.log(markdownTable(header, table));
    if (outcome.skipped) console.log(`\nskipped: ${outcome.skipped}`);
    console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  if (values.json) await writeFile(values.json, `${JSON.stringify({ ...scale, experiments: results }, null, 1)}\n`);
  if (values.out) {
    await mkdir(values.out, { recursive: true });
    for (const chart of results.flatMap(({ outcome }) => outcome.charts))
      await writeFile(join(values.out, `${chart.name}.svg`), svg(chart));
  }
}

function simulations(scale: Scale): Run[] {
  return EXPERIMENTS.map(({ name, title, run }) => ({
    name,
    title,
    run: async () => {
      const outcome = run(scale);
      const table = outcome.rows.map((row) => [row.measure, row.paper, show(row.ours, row)]);
      return { outcome, header: ["", "paper", "ours"], table };
    },
  }));
}

function onEngine(seed: number): Run[] {
  const target = { device: values.device, model: values.model, seed };
  return ENGINE_EXPERIMENTS.map(({ name, title, run }) => ({
    name,
    title,
    run: async () => {
      const outcome = await run(target);
      const table = outcome.rows.map((row) => [row.measure, show(row.simulated, row), show(row.engine, row)]);
      return { outcome, header: ["", "simulator", "engine"], table };
    },
  }));
}

function chosen(runs: readonly Run[], only: string | undefined): readonly Run[] {
  if (only === undefined) return runs;
  return only.split(",").map((name) => {
    const run = runs.find((candidate) => candidate.name === name);
    if (!run) {
      const names = runs.map((candidate) => candidate.name).join(", ");
      throw new Error(`Cannot run the experiment: --only takes ${names}: received "${name}"`);
    }
    return run;
  });
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed)) throw new Error(`Cannot seed: --seed takes an integer: received "${text}"`);
  return seed;
}

function show(value: number | null, { digits, unit }: Pick<Row | EngineRow, "digits" | "unit">): string {
  if (value === null) return "-";
  const number = value.toFixed(digits);
  return unit === "x" ? `${number}x` : `${number} ${unit}`.trimEnd();
}
