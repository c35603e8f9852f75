import process from "node:process";
import { parseArgs } from "node:util";
import { buildEngine, openDevice } from "../src/build.ts";
import { bundledModel } from "../src/cli/bundled_model.ts";
import { parseServeConfig } from "../src/config.ts";
import { Engine } from "../src/engine/engine.ts";
import { engineOptions } from "./lib/engine_options.ts";
import { greedyRequest } from "./lib/greedy_request.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { median } from "./lib/statistics.ts";
import { TimedRunner } from "./lib/timed_runner.ts";

/**
 * Overlapped steps against steps that wait for each other, in turn in one run: on a device that takes a fixed time for
 * every step, with the time that it has nothing to do, and on a real one (MODEL, default: the bundled one).
 *
 *   ./octavo bench overlap [MODEL] [--device webgpu] [--widths 1,8,32] [--tokens 64] [--rounds 5] [--step-ms 1,4]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: "string", default: "webgpu" },
    widths: { type: "string", default: "1,8,32" },
    tokens: { type: "string", default: "64" },
    rounds: { type: "string", default: "5" },
    "step-ms": { type: "string", default: "1,4" },
  },
});
const tokens = Number(values.tokens);
const rounds = Number(values.rounds);
const MODES = [true, false] as const;

interface Measured {
  readonly rate: number;
  /** CPU ms of the process per step. */
  readonly cpu: number;
  readonly idle: number;
}

/** Tokens per second of `width` requests at once. */
async function serve(engine: Engine, width: number, name: string): Promise<{ rate: number; cpu: number }> {
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const { steps } = engine.stats();
  await Promise.all(
    Array.from({ length: width }, async (_, i) => {
      const promptIds = Array.from({ length: 8 }, (_, j) => (i * 37 + j * 11 + 3) % engine.vocabSize);
      const [events] = engine.submit(greedyRequest(`${name}-${i}`, promptIds, tokens), new AbortController().signal);
      for await (const _ of events!);
    }),
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  const rate = (width * tokens * 1000) / (performance.now() - began);
  return { rate, cpu: (user + system) / 1000 / (engine.stats().steps - steps) };
}

async function onTimedDevice(width: number, stepMs: number, asyncScheduling: boolean): Promise<Measured> {
  const blocks = Math.ceil((tokens + 8) / 16);
  const runner = new TimedRunner(
    {
      maxRows: 4096,
      maxSequences: width,
      maxBlocksPerSeq: blocks,
      maxModelLen: blocks * 16,
      vocabSize: 32000,
      blockSize: 16,
      numBlocks: 2 * width * blocks,
    },
    stepMs,
  );
  const options = engineOptions({ maxBatchedTokens: 4096, maxSequences: width, headroom: 0.5 });
  const engine = new Engine(runner, { ...options, asyncScheduling });
  const { rate, cpu } = await serve(engine, width, "timed");
  await engine.close();
  return { rate, cpu, idle: runner.idleMs / runner.steps };
}

function row(name: string, on: readonly Measured[], off: readonly Measured[]): string[] {
  const of = (measured: readonly Measured[], key: keyof Measured) => median(measured.map((one) => one[key]));
  const ratio = median(on.map(({ rate }, round) => rate / off[round]!.rate));
  const cells = (["rate", "idle", "cpu"] as const).flatMap((key) =>
    [of(off, key), of(on, key)].map((value) => (Number.isNaN(value) ? "" : value.toFixed(key === "rate" ? 0 : 2))),
  );
  const [bestOn, bestOff] = [on, off].map((all) => Math.max(...all.map(({ rate }) => rate))) as [number, number];
  return [name, ...cells, `${ratio.toFixed(2)}x`, `${(bestOn / bestOff).toFixed(2)}x`];
}

const rows: string[][] = [];

async function compare(name: string, measure: (on: boolean, round: number) => Promise<Measured>): Promise<void> {
  const [on, off]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const mode of round % 2 === 0 ? MODES : MODES.toReversed()) {
      (mode ? on : off).push(await measure(mode, round));
    }
  }
  rows.push(row(name, on, off));
}

for (const stepMs of values["step-ms"].split(",").map(Number)) {
  for (const width of [64, 256]) {
    await onTimedDevice(width, stepMs, true);
    await compare(`${stepMs} ms a step, ${width} sequences`, (on) => onTimedDevice(width, stepMs, on));
  }
}

const model = positionals[0] ?? (await bundledModel());
const engines = new Map<boolean, Engine>();
for (const on of MODES) {
  const config = parseServeConfig({ device: values.device, asyncScheduling: String(on), kvCacheMemory: "64M" }, {});
  engines.set(on, (await buildEngine(model, await openDevice(config), config)).engine);
}
const widths = values.widths.split(",").map(Number);
for (const on of MODES) await serve(engines.get(on)!, Math.max(...widths), "warm-up");
for (const width of widths) {
  await compare(`model, ${width} sequences`, async (on, round) => {
    return { ...(await serve(engines.get(on)!, width, `${round}-${width}`)), idle: Number.NaN };
  });
}
for (const engine of engines.values()) await engine.close();

const header = ["", "tokens/s, waiting", "overlapped", "idle ms a step, waiting", "overlapped"];
console.log(markdownTable([...header, "CPU ms a step, waiting", "overlapped", "ratio", "of bests"], rows));
