import { parseArgs } from "node:util";
import { buildEngine, openDevice } from "../src/build.ts";
import { parseServeConfig } from "../src/config.ts";
import { greedyRequest } from "./lib/greedy_request.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { quantile } from "./lib/statistics.ts";

/**
 * What a flood of long prompts does to streams that run already: the time between their tokens, before and during. The
 * bound is the longest step, since each of them gets its token in every step; the token budget bounds the step.
 *
 *   ./octavo bench fairness MODEL [--device webgpu] [--budgets 64,256,1024] [--streams 4] [--flood 24]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: "string", default: "webgpu" },
    budgets: { type: "string", default: "64,256,1024" },
    streams: { type: "string", default: "4" },
    flood: { type: "string", default: "24" },
  },
});
const [model] = positionals;
if (!model) throw new Error("name a model directory");

interface Gaps {
  readonly before: number[];
  readonly during: number[];
  readonly longestStep: number;
}

async function gapsWith(budget: string): Promise<Gaps> {
  const config = parseServeConfig({ device: values.device, maxNumSeqs: "32", maxNumBatchedTokens: budget }, {});
  const { engine, spec } = await buildEngine(model!, await openDevice(config), config);
  const [before, during]: [number[], number[]] = [[], []];
  let flooded = false;
  let longestStep = 0;
  let lastStep = performance.now();
  engine.onStep(() => {
    const now = performance.now();
    if (flooded) longestStep = Math.max(longestStep, now - lastStep);
    lastStep = now;
  });
  const leaving = new AbortController();
  const submit = (id: string, length: number, maxTokens: number) => {
    const promptIds = Array.from({ length }, (_, j) => (id.length * 131 + Number(id) * 37 + j * 11) % spec.vocabSize);
    return engine.submit(greedyRequest(id, promptIds, maxTokens), leaving.signal)[0]!;
  };
  const long = Math.floor(engine.maxModelLen * 0.8);
  const streams = Array.from({ length: Number(values.streams) }, async (_, i) => {
    let last = 0;
    for await (const _token of submit(String(i), 8, Math.floor(engine.maxModelLen * 0.9))) {
      const now = performance.now();
      if (last > 0) (flooded ? during : before).push(now - last);
      last = now;
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  flooded = true;
  const flood = Array.from({ length: Number(values.flood) }, async (_, i) => {
    for await (const _token of submit(String(1000 + i), long, 1));
  });
  await Promise.all(flood);
  flooded = false;
  leaving.abort();
  await Promise.all(streams);
  await engine.close();
  return { before, during, longestStep };
}

const rows: string[][] = [];
for (const budget of values.budgets.split(",")) {
  const { before, during, longestStep } = await gapsWith(budget);
  const ms = [quantile(before, 0.5), quantile(during, 0.5), quantile(during, 0.99), Math.max(...during), longestStep];
  rows.push([`${budget} tokens a step`, ...ms.map((time) => `${time.toFixed(1)} ms`)]);
}
console.log(markdownTable(["", "median before", "median", "p99", "longest", "longest step"], rows));
