import { writeFile } from "node:fs/promises";
import process from "node:process";
import { markdownTable } from "./lib/markdown_table.ts";
import { parseBenchArgs } from "./load/bench_args.ts";
import { generate, withLocalEngine } from "./load/in_process.ts";
import { WORKLOAD_ARGS, WORKLOAD_HELP, workloadOptions } from "./load/workload_args.ts";
import { makeWorkload } from "./load/workloads.ts";

const HELP = `Requests and tokens per second of the engine, HTTP left out, with all requests handed in at once: vLLM's throughput
benchmark. Takes MODEL (default: the bundled one) and any flag of \`octavo serve\`.

  ./octavo bench throughput [MODEL] [OPTIONS]

${WORKLOAD_HELP}  --json FILE            the numbers, by vLLM's names
`;

const {
  values,
  positionals,
  engine: flags,
} = parseBenchArgs(process.argv.slice(2), {
  ...WORKLOAD_ARGS,
  json: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
});

if (values.help) process.stdout.write(HELP);
else await measure();

async function measure(): Promise<void> {
  await withLocalEngine(positionals[0], flags, async ({ engine, tokenizer, description }) => {
    const served = { vocabSize: engine.vocabSize, maxLength: engine.maxModelLen, tokenizer, sendIds: true };
    const workload = makeWorkload(values["dataset-name"], workloadOptions(values, served));
    if (!workload) return;
    const loads = workload.requests.map((request) => ({
      promptIds: idsOf(request.prompt()),
      outputLength: request.outputLength,
    }));
    // The first step of an engine costs more than the others.
    await generate(engine, "warm-up", [1, 2, 3, 4], 4);
    const start = performance.now();
    await Promise.all(loads.map(({ promptIds, outputLength }, i) => generate(engine, `${i}`, promptIds, outputLength)));
    const seconds = (performance.now() - start) / 1000;
    const inputTokens = loads.reduce((sum, { promptIds }) => sum + promptIds.length, 0);
    const outputTokens = loads.reduce((sum, { outputLength }) => sum + outputLength, 0);
    const rates = [loads.length, inputTokens + outputTokens, outputTokens].map((count) => count / seconds);
    console.log(`${description}: ${values["dataset-name"]}, ${loads.length} requests in ${seconds.toFixed(2)} s`);
    console.log(`${inputTokens} tokens in, ${outputTokens} out\n`);
    const header = ["", "requests/s", "tokens/s", "output tokens/s"];
    console.log(markdownTable(header, [["throughput", ...rates.map((rate) => rate.toFixed(2))]]));
    if (values.json) {
      const [requests_per_second, tokens_per_second, output_tokens_per_second] = rates;
      const totals = { elapsed_time: seconds, num_requests: loads.length, inputTokens, outputTokens };
      const written = {
        target: description,
        ...totals,
        requests_per_second,
        tokens_per_second,
        output_tokens_per_second,
      };
      await writeFile(values.json, `${JSON.stringify(written, null, 1)}\n`);
    }
  });
}

/** The engine's tokenizer is always known, so every workload makes ids. */
function idsOf(prompt: readonly number[] | string): readonly number[] {
  if (typeof prompt === "string") throw new Error("Cannot hand a text to the engine: it takes token ids");
  return prompt;
}
