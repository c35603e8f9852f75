import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { describeMachine } from "./gpu_run/machine.ts";
import { modelSpeed } from "./gpu_run/model_speed.ts";
import { type Phase, type PhaseOutcome, runPhases, writeWhole } from "./gpu_run/phases.ts";
import { runForJson, runProgram } from "./gpu_run/program.ts";
import type { WeightKind } from "./kernels/cases.ts";
import { parameterCount, randomConfig, randomTensors, SIZES } from "./lib/random_model.ts";
import { writeRandomModel } from "./lib/write_random_model.ts";
import { numberOf, wholeOf } from "./load/bench_args.ts";

const PRODUCTS = "qkv,o,gate_up,down,logits";
const OTHER_WEIGHTS: readonly WeightKind[] = ["f16", "int8", "int4", "w8a8"];

const HELP = `Everything there is to measure on a GPU, into one file: doctor (every kernel against the reference), kernels against their
floors, latency, throughput and serving, and decode and prefill of models of random weights that are made on the spot;
products of ${OTHER_WEIGHTS.join(", ")} weights; then what changes on matrix units (--subgroup-matrix), where the adapter has any.
Each phase has a time limit and fails alone; the file is written after each.

  ./octavo bench gpu_run [OPTIONS]

  --json FILE            where to (gpu_run.json)
  --sizes 0.1b,1b,8b     models, of ${Object.keys(SIZES).join(", ")}; bf16
  --sequences 1,8,32,64  sequences decoded at once
  --prefill 512,2048     tokens of prompts
  --prompts 200          requests of the throughput and serving loads (ShareGPT's lengths)
  --minutes 8            for the whole run
  --models DIR           where the models are made and left (default: beside FILE, and deleted)
  --only PHASES          such as doctor,kernels or 1b
`;

const { values } = parseArgs({
  options: {
    json: { type: "string", default: "gpu_run.json" },
    sizes: { type: "string", default: "0.1b,1b,8b" },
    sequences: { type: "string", default: "1,8,32,64" },
    prefill: { type: "string", default: "512,2048" },
    prompts: { type: "string", default: "200" },
    minutes: { type: "string", default: "8" },
    models: { type: "string" },
    only: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  const file = resolve(values.json);
  const models = resolve(values.models ?? `${file}.models`);
  const whole = (name: "sequences" | "prefill") => values[name].split(",").map((text) => wholeOf(name, text, 1));
  const options = { sequences: whole("sequences"), prefill: whole("prefill") };
  const sizes = values.sizes.split(",");
  for (const size of sizes) {
    if (!SIZES[size]) {
      throw new Error(`Cannot run: --sizes are of ${Object.keys(SIZES).join(", ")}: received "${size}"`);
    }
  }
  const only = values.only?.split(",");
  const phases = [
    doctor(),
    ...sizes
      .slice(0, 1)
      .flatMap((size) => [
        ...ofModel(size, models, options),
        ...serving(size, models, file, wholeOf("prompts", values.prompts, 1)),
      ]),
    kernels(file),
    ...sizes.slice(1, 2).flatMap((size) => ofModel(size, models, options)),
    ...OTHER_WEIGHTS.map((dtype) => productsOf(dtype, file)),
    ...onMatrixUnits(sizes[Math.min(1, sizes.length - 1)]!, models, file, options),
    ...sizes.slice(2).flatMap((size) => ofModel(size, models, options)),
  ].filter(({ name }) => !only || only.some((wanted) => name.split(" ").includes(wanted)));
  const deadline = performance.now() + numberOf("minutes", values.minutes, 0.1) * 60_000;
  await mkdir(models, { recursive: true });
  const outcomes: PhaseOutcome[] = [];
  const run = { date: new Date().toISOString(), machine: await describeMachine(), phases: outcomes };
  await writeWhole(file, run);
  await runPhases(
    phases,
    deadline,
    () => performance.now(),
    async (outcome) => {
      outcomes.push(outcome);
      const why = outcome.status === "done" ? "" : `: ${outcome.reason.split("\n")[0]}`;
      const time = outcome.status === "skipped" ? "" : ` ${outcome.seconds.toFixed(1)} s`;
      console.log(`${outcome.status.padEnd(8)}${outcome.name}${time}${why}`);
      await writeWhole(file, run);
    },
  );
  if (values.models === undefined) await rm(models, { recursive: true });
  console.log(`written to ${file}`);
}

function doctor(): Phase {
  return {
    name: "doctor",
    seconds: 120,
    run: async (limit) => (await runProgram("src/main.ts", ["doctor"], limit)).trim().split("\n"),
  };
}

function kernels(file: string): Phase {
  const args = ["--dtypes", "bf16", "--budget", "20"];
  return {
    name: "kernels",
    seconds: 120,
    run: (limit) => runForJson("bench/kernels.ts", args, `${file}.part`, limit),
  };
}

/** The products with other weights than the models of this run have. */
function productsOf(dtype: WeightKind, file: string): Phase {
  const args = ["--dtypes", dtype, "--only", PRODUCTS, "--budget", "20"];
  return {
    name: `kernels ${dtype}`,
    seconds: 60,
    run: (limit) => runForJson("bench/kernels.ts", args, `${file}.part`, limit),
  };
}

/** The checks, the products and the speed of one model with --subgroup-matrix. */
function onMatrixUnits(size: string, models: string, file: string, options: SpeedCases): Phase[] {
  const args = ["--subgroup-matrix", "--dtypes", "bf16", "--only", `${PRODUCTS},decode,prefill`, "--budget", "20"];
  const asked = { ...options, weightBytes: weightBytesOf(size), subgroupMatrix: true };
  return [
    {
      name: "matrix doctor",
      seconds: 120,
      run: async (limit) =>
        (await runProgram("src/main.ts", ["doctor", "--subgroup-matrix"], limit)).trim().split("\n"),
    },
    {
      name: "matrix kernels",
      seconds: 60,
      after: ["matrix doctor"],
      run: (limit) => runForJson("bench/kernels.ts", args, `${file}.part`, limit),
    },
    {
      name: `matrix speed ${size}`,
      seconds: 100,
      after: ["matrix doctor", `make ${size}`],
      run: (limit) => modelSpeed(join(models, size), "webgpu", asked, limit),
    },
  ];
}

interface SpeedCases {
  readonly sequences: readonly number[];
  readonly prefill: readonly number[];
}

function weightBytesOf(size: string): number {
  return parameterCount(randomTensors(randomConfig(SIZES[size]!, "bf16"))) * 2;
}

/** Makes a model, loads and measures it, and starts the server with it. */
function ofModel(size: string, models: string, options: SpeedCases): Phase[] {
  const model = SIZES[size]!;
  const directory = join(models, size);
  const weightBytes = weightBytesOf(size);
  return [
    { name: `make ${size}`, seconds: 120, run: () => writeRandomModel(directory, model, "bf16", 0) },
    {
      name: `speed ${size}`,
      seconds: 150,
      after: [`make ${size}`],
      run: (limit) => modelSpeed(directory, "webgpu", { ...options, weightBytes }, limit),
    },
    {
      name: `start ${size}`,
      seconds: 60,
      after: [`make ${size}`],
      run: async (limit) => {
        const args = [directory, "--runs", "3", "--no-launcher"];
        return (await runProgram("bench/startup.ts", args, limit)).trim().split("\n");
      },
    },
  ];
}

function serving(size: string, models: string, file: string, prompts: number): Phase[] {
  const directory = join(models, size);
  const load = ["--dataset-name", "sharegpt", "--num-prompts", String(prompts)];
  const programs = [
    { name: "latency", args: ["--num-iters", "5", "--num-iters-warmup", "1"] },
    { name: "throughput", args: load },
    { name: "serve", args: [...load, "--request-rate", "inf"] },
  ];
  return programs.map(({ name, args }) => ({
    name: `${name} ${size}`,
    seconds: 60,
    after: [`make ${size}`],
    run: (limit) => runForJson(`bench/${name}.ts`, [directory, ...args], `${file}.part`, limit),
  }));
}
