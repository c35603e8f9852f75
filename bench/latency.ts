import { writeFile } from "node:fs/promises";
import process from "node:process";
import { markdownTable } from "./lib/markdown_table.ts";
import { mean, percentile } from "./lib/statistics.ts";
import { parseBenchArgs, wholeOf } from "./load/bench_args.ts";
import { generate, withLocalEngine } from "./load/in_process.ts";
import { tokenStream } from "./load/workloads/token_streams.ts";

const HELP = `How long one batch takes in the engine, HTTP left out, from handing in its requests to its last token: vLLM's latency
benchmark. Takes MODEL (default: the bundled one) and any flag of \`octavo serve\`; the prefix cache is off unless
--enable-prefix-caching is given, since all iterations have the same prompts.

  ./octavo bench latency [MODEL] [OPTIONS]

  --input-len N          tokens of each prompt (32)
  --output-len N         tokens of each answer (128)
  --batch-size N         requests (8)
  --num-iters N          batches measured (10)
  --num-iters-warmup N   batches before (2)
  --seed N               of the prompts' ids (0)
  --json FILE            the numbers, by vLLM's names
`;

const PERCENTILES = [10, 25, 50, 75, 90, 99];

const {
  values,
  positionals,
  engine: flags,
} = parseBenchArgs(process.argv.slice(2), {
  "input-len": { type: "string", default: "32" },
  "output-len": { type: "string", default: "128" },
  "batch-size": { type: "string", default: "8" },
  "num-iters": { type: "string", default: "10" },
  "num-iters-warmup": { type: "string", default: "2" },
  seed: { type: "string", default: "0" },
  json: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
});

if (values.help) process.stdout.write(HELP);
else await measure();

async function measure(): Promise<void> {
  const whole = (name: Exclude<keyof typeof values, "json" | "help">, least: number) =>
    wholeOf(name, values[name], least);
  const [inputLen, outputLen, batch] = [whole("input-len", 1), whole("output-len", 1), whole("batch-size", 1)];
  const [iterations, warmups, seed] = [whole("num-iters", 1), whole("num-iters-warmup", 0), whole("seed", 0)];
  const engineFlags = { enablePrefixCaching: "false", ...flags };
  await withLocalEngine(positionals[0], engineFlags, async ({ engine, description }) => {
    const streams = { seed, variant: 0, vocabSize: engine.vocabSize };
    const prompts = Array.from({ length: batch }, (_, i) => tokenStream(streams, i, inputLen));
    const seconds: number[] = [];
    for (let round = -warmups; round < iterations; round++) {
      const start = performance.now();
      await Promise.all(prompts.map((prompt, i) => generate(engine, `${round}/${i}`, prompt, outputLen)));
      if (round >= 0) seconds.push((performance.now() - start) / 1000);
    }
    const percentiles = Object.fromEntries(PERCENTILES.map((percent) => [percent, percentile(seconds, percent)]));
    const average = mean(seconds);
    const title = `${description}, ${batch} x ${inputLen} tokens in, ${outputLen} out, ${iterations} batches`;
    console.log(`${title}: ${((batch * outputLen) / average).toFixed(1)} output tokens/s\n`);
    const shown = [average, ...Object.values(percentiles)].map((value) => value.toFixed(3));
    console.log(markdownTable(["s", "mean", ...PERCENTILES.map((percent) => `p${percent}`)], [["batch", ...shown]]));
    if (values.json) {
      const written = { target: description, inputLen, outputLen, batch, avg_latency: average, latencies: seconds };
      await writeFile(values.json, `${JSON.stringify({ ...written, percentiles }, null, 1)}\n`);
    }
  });
}
