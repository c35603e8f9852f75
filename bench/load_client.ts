import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { serveLoad } from "./load/serve_load.ts";
import { describeLoad } from "./load/serve_report.ts";
import { openTarget } from "./load/target.ts";
import { randomWorkload } from "./load/workloads/random.ts";

/**
 * What the tool of `bench serve` costs and how late its clock is: it measures a server, in a process of its own, that
 * computes nothing and sends every stream a token at a fixed interval. ITL should be that interval.
 *
 *   ./octavo bench load_client [--streams 16,64,256] [--tokens 300] [--interval 20]
 */
const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "16,64,256" },
    tokens: { type: "string", default: "300" },
    interval: { type: "string", default: "20" },
  },
});
const paced = spawn(process.execPath, [join(import.meta.dirname, "load/paced_server.ts"), values.interval], {
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => paced.kill());
const url = await new Promise<string>((resolve, reject) => {
  paced.stdout.setEncoding("utf8").once("data", (line: string) => resolve(line.trim()));
  paced.once("exit", (code) => reject(new Error(`Cannot measure the client: its server ended with ${code}`)));
});
const own = {
  path: "completions",
  ignoreEos: true,
  apiKey: undefined,
  model: undefined,
  tokenizer: undefined,
} as const;
const target = await openTarget(url, { ...own, engine: {} });
const shape = { rate: Infinity, burstiness: 1, maxConcurrency: Infinity, objectives: {}, seed: 0 };
for (const streams of values.streams.split(",").map(Number)) {
  const lengths = { inputLen: 64, outputLen: Number(values.tokens), prefixLen: 0, rangeRatio: 0, lengthScale: 1 };
  const ids = { vocabSize: 256, maxLength: Infinity, tokenizer: null, sendIds: true };
  const workload = randomWorkload({ count: streams, ...lengths, ...ids, seed: 0, variant: 0 });
  console.log(`${streams} streams, a token every ${values.interval} ms`);
  console.log(`${describeLoad(await serveLoad(target.endpoint, workload, shape))}\n`);
}
process.exit();
