import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { markdownTable } from "./lib/markdown_table.ts";
import { svg } from "./lib/svg_chart.ts";
import type { Outcome, Row } from "./sim/experiment.ts";
import { EXPERIMENTS } from "./sim/experiments.ts";

const HELP = `The experiments of the PagedAttention paper (arXiv 2309.06180), simulated: Octavo's own scheduler and KV cache and
the paper's baselines serve the same requests on a cost model of OPT-13B on an A100-40GB.

  ./octavo bench paper [--only NAME[,NAME...]] [--quick] [--seed 1] [--json FILE] [--out DIR]

  --only NAMES  some of: ${EXPERIMENTS.map(({ name }) => name).join(" ")}
  --quick       a tenth of the requests
  --seed N      of the drawn lengths and arrivals
  --json FILE   all numbers, those of the figures included
  --out DIR     the figures as SVG
`;

const { values } = parseArgs({
  options: {
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

async function runExperiments(): Promise<void> {
  const scale = { share: values.quick ? 0.1 : 1, seed: parseSeed(values.seed) };
  const results: { readonly name: string; readonly title: string; readonly outcome: Outcome }[] = [];
  for (const { name, title, run } of chosen(values.only)) {
    const start = performance.now();
    const outcome = run(scale);
    results.push({ name, title, outcome });
    console.log(`\n## ${title}\n`);
    if (outcome.rows.length > 0) {
      console.log(
        markdownTable(
          ["", "paper", "ours"],
          outcome.rows.map((row) => [row.measure, row.paper, show(row)]),
        ),
      );
    }
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

function chosen(only: string | undefined) {
  if (only === undefined) return EXPERIMENTS;
  return only.split(",").map((name) => {
    const experiment = EXPERIMENTS.find((candidate) => candidate.name === name);
    if (!experiment) {
      const names = EXPERIMENTS.map((candidate) => candidate.name).join(", ");
      throw new Error(`Cannot run the experiment: --only takes ${names}: received "${name}"`);
    }
    return experiment;
  });
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed)) throw new Error(`Cannot seed: --seed takes an integer: received "${text}"`);
  return seed;
}

function show({ ours, digits, unit }: Row): string {
  const number = ours.toFixed(digits);
  return unit === "x" ? `${number}x` : `${number} ${unit}`.trimEnd();
}
