import process from "node:process";
import { buildEngine, openDevice } from "../src/build.ts";
import { parseServeConfig } from "../src/config.ts";
import type { Engine } from "../src/engine/engine.ts";
import { greedyRequest } from "./lib/greedy_request.ts";
import { markdownTable } from "./lib/markdown_table.ts";
import { median } from "./lib/statistics.ts";
import { parseBenchArgs, wholeOf } from "./load/bench_args.ts";

/**
 * Decode speed inside the engine, HTTP left out: tokens per second alone and with more requests at once, each with a
 * short prompt. Takes any flag of `octavo serve`; `--against NAME=VALUE` sets another one for a second engine beside it, and
 * may be given several times, for several engines. Every engine and width is run several times in turn and the median is shown.
 *
 *   ./octavo bench decode MODEL [--widths 1,8,32] [--tokens 128] [--rounds 5] [--against quantization=int8]
 */
const OPTIONS = {
  widths: { type: "string", default: "1,8,32" },
  tokens: { type: "string", default: "128" },
  rounds: { type: "string", default: "5" },
  against: { type: "string", multiple: true, default: [] as string[] },
} as const;

const { values, positionals, engine: flags } = parseBenchArgs(process.argv.slice(2), OPTIONS);
const [model] = positionals;
if (!model) throw new Error("name a model directory");
const tokens = wholeOf("tokens", values.tokens, 2);
const rounds = wholeOf("rounds", values.rounds, 1);
const widths = values.widths.split(",").map((width) => wholeOf("widths", width, 1));

interface Variant {
  readonly name: string;
  readonly engine: Engine;
  readonly rates: ReadonlyMap<number, number[]>;
}

async function open(directory: string, name: string): Promise<Variant> {
  const own = parseBenchArgs(name === "" ? [] : name.split(/\s+/).map((flag) => `--${flag}`), {}).engine;
  const config = parseServeConfig({ ...flags, ...own }, {});
  const device = await openDevice(config);
  const { engine, spec, weightBytes } = await buildEngine(directory, device, config);
  vocabSize = spec.vocabSize;
  const megabytes = `${(weightBytes / 1e6).toFixed(1)} MB`;
  return {
    name: `${name || "as given"}, ${megabytes}`,
    engine,
    rates: new Map(widths.map((width): [number, number[]] => [width, []])),
  };
}

let vocabSize = 0;

async function tokensPerSecond(engine: Engine, width: number, round: number): Promise<number> {
  let firstToken = 0;
  let generated = 0;
  await Promise.all(
    Array.from({ length: width }, async (_, i) => {
      const promptIds = Array.from({ length: 8 }, (_, j) => (i * 37 + j * 11 + 3) % vocabSize);
      const [events] = engine.submit(
        greedyRequest(`${round}-${width}-${i}`, promptIds, tokens),
        new AbortController().signal,
      );
      for await (const _ of events!) {
        // The first token of each request is prefill's.
        if (firstToken === 0) firstToken = performance.now();
        else generated++;
      }
    }),
  );
  return generated / ((performance.now() - firstToken) / 1000);
}

const variants: Variant[] = [];
for (const name of ["", ...values.against]) variants.push(await open(model, name));
for (const { engine } of variants) await tokensPerSecond(engine, Math.max(...widths), -1);
for (let round = 0; round < rounds; round++) {
  for (const width of widths) {
    for (const { engine, rates } of variants) {
      rates.get(width)!.push(await tokensPerSecond(engine, width, round));
    }
  }
}

console.log(`${model}: tokens/s, ${tokens} tokens a request, median of ${rounds}\n`);
const first = new Map(widths.map((width) => [width, median(variants[0]!.rates.get(width)!)]));
console.log(
  markdownTable(
    ["requests at once", ...widths.map(String)],
    variants.map(({ name, rates }) => [
      name,
      ...widths.map((width) => {
        const rate = median(rates.get(width)!);
        return `${rate.toFixed(1)} (${(rate / first.get(width)!).toFixed(2)}x)`;
      }),
    ]),
  ),
);
for (const { engine } of variants) await engine.close();
