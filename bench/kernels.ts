import { writeFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import type { GpuOp } from "../src/gpu/binder.ts";
import { GpuBuffer } from "../src/gpu/buffers.ts";
import { bind } from "./kernels/bind.ts";
import { DTYPES, type KernelCase, kernelCases, MODELS, QUANTIZED, ROWS, type WeightKind } from "./kernels/cases.ts";
import { higher, type MeasuredCeilings, measureCeilings } from "./kernels/ceilings.ts";
import { Clock } from "./kernels/clock.ts";
import { count, stepDispatches } from "./kernels/dispatches.ts";
import { measure } from "./kernels/measure.ts";
import { Memory } from "./kernels/memory.ts";
import { duration, kernelTable, type Line, lineOf, type Measured } from "./kernels/report.ts";
import { stepsOf, stepTable } from "./kernels/steps.ts";

const USAGE = `Every kernel against its floor: bytes and operations are written down from the shapes, divided by what a large
copy and a chain of multiplications reach in the same run, and held against the time measured.

  ./octavo bench kernels [--device webgpu] [--adapter NAME] [--subgroup-matrix] [--only PLACES] [--models 3M,27M,107M,1B] [--rows 1,4,16,64,512]
                         [--dtypes f32,f16,bf16,int8,int4,w8a8] [--budget MS] [--host-clock] [--json FILE]

--only takes places or operations, such as qkv,decode,sample. --budget is for each case; three slow runs may take
longer. --host-clock does without the GPU's timestamps,
--subgroup-matrix computes products on matrix units and holds them against what these multiply at best. The 1B model is left out on adapters that are a CPU unless it is
named. Times are medians and ceilings the best seen: on a machine that does other work, too, shares come out low. The
steps put together from the kernels take the fastest samples. Compare figures of one run only.`;

const CASES_PER_CEILING = 40;

const { values } = parseArgs({
  options: {
    device: { type: "string", default: "webgpu" },
    adapter: { type: "string" },
    only: { type: "string" },
    models: { type: "string" },
    rows: { type: "string", default: ROWS.join(",") },
    dtypes: { type: "string", default: DTYPES.join(",") },
    budget: { type: "string", default: "50" },
    "subgroup-matrix": { type: "boolean", default: false },
    "host-clock": { type: "boolean", default: false },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (values.device !== "webgpu") {
  throw new Error(`Cannot measure kernels: --device takes webgpu, which alone has any: received "${values.device}"`);
}
const budget = Number(values.budget) / 1000;
if (!(budget > 0)) throw new Error(`Cannot measure: --budget takes milliseconds: received "${values.budget}"`);
const began = performance.now();
const clock = await Clock.open(values.adapter, {
  timestamps: !values["host-clock"],
  subgroupMatrix: values["subgroup-matrix"],
});
const { device } = clock;
const patterns = new Map();

const usual = MODELS.filter(({ name }) => !device.info.isCpu || name !== "1B").map(({ name }) => name);
const names = listed(
  "--models",
  values.models ?? usual.join(","),
  MODELS.map(({ name }) => name),
);
const models = MODELS.filter(({ name }) => names.includes(name));
const rows = listed("--rows", values.rows, ROWS.map(String)).map(Number);
const dtypes = listed("--dtypes", values.dtypes, [...DTYPES, ...QUANTIZED]) as WeightKind[];
const cases = chosen(kernelCases({ models, rows, dtypes }), values.only);

console.log(`${device.identity}\ntime: ${clock.source}; ${values.budget} ms a case\n`);
// What else a machine does may go on for a while: the ceilings are the best of several times, between the cases.
let ceilings = await measureCeilings(clock, budget);
const measured: Measured[] = [];
for (const [i, item] of cases.entries()) {
  measured.push(await measureCase(item));
  if ((i + 1) % CASES_PER_CEILING === 0 || i === cases.length - 1) {
    ceilings = higher(ceilings, await measureCeilings(clock, budget));
  }
}
const lines = measured.map((one) => lineOf(one, ceilings));

printCeilings(ceilings);
console.log(`\n${kernelTable(lines)}\n`);
const steps = stepsOf(lines);
if (steps.length > 0) console.log(`${stepTable(steps)}\n`);
const decode = [1, 64].map((sequences) => ({ sequences, ...stepDispatches(device, models[0]!, sequences, 1024) }));
for (const { sequences, layer, rest } of decode) {
  const list = [...layer].map(([op, kernels]) => `${op} (${kernels.join(", ")})`);
  console.log(`decode, ${sequences} at 1024: ${count(layer)} dispatches a layer: ${list.join("; ")}`);
  console.log(`  and ${count(rest)} beside the layers: ${[...rest.keys()].join(", ")}`);
}
if (values.json) await writeFile(values.json, `${JSON.stringify(asJson(lines, ceilings), null, 1)}\n`);
console.error(`${cases.length} cases in ${((performance.now() - began) / 1000).toFixed(0)} s`);
device.destroy();
process.exit(0);

/** Binds, measures and frees. */
async function measureCase(item: KernelCase): Promise<Measured> {
  const memory = new Memory(device, patterns);
  const { ops, step } = bind(device.ops, memory, item.shape, item.instances);
  await device.prepare(ops, [step]);
  const measurement = await measure(clock, ops as readonly GpuOp[], step, budget);
  for (const buffer of memory.allocated) if (buffer instanceof GpuBuffer) buffer.gpu.destroy();
  return { case: item, ...measurement };
}

function printCeilings({ copy, multiply, matrix, chains, dispatch }: MeasuredCeilings): void {
  console.log(`copy ceiling: ${(copy / 1e9).toPrecision(3)} GB/s, read and written by copies from buffer to buffer`);
  console.log(`multiply ceiling: ${(multiply / 1e9).toPrecision(3)} GFLOP/s, f32 fma in ${chains} chains a lane`);
  if (matrix !== null) {
    const { m, n, k } = clock.unit!;
    console.log(
      `matrix ceiling: ${(matrix / 1e9).toPrecision(3)} GFLOP/s, f16 into f32 in products of ${m} x ${n} x ${k}`,
    );
  }
  console.log(`a dispatch of one idle workgroup: ${duration(dispatch)}`);
}

function asJson(all: readonly Line[], { copy, multiply, matrix, chains, dispatch }: MeasuredCeilings) {
  return {
    adapter: device.identity,
    time: clock.source,
    budgetSeconds: budget,
    ceilings: {
      copyBytesPerSecond: copy,
      multiplyOperationsPerSecond: multiply,
      matrixOperationsPerSecond: matrix,
      chains,
      dispatchSeconds: dispatch,
    },
    decodeDispatches: decode.map(({ sequences, layer, rest }) => ({
      sequences,
      layer: Object.fromEntries(layer),
      rest: Object.fromEntries(rest),
    })),
    steps,
    kernels: all,
  };
}

function chosen(all: readonly KernelCase[], only: string | undefined): readonly KernelCase[] {
  if (only === undefined) return all;
  const known = [...new Set(all.flatMap(({ place, shape }) => [place, shape.op]))];
  const wanted = listed("--only", only, known);
  return all.filter(({ place, shape }) => wanted.includes(place) || wanted.includes(shape.op));
}

/** The comma-separated words, each of which is known. */
function listed(option: string, text: string, known: readonly string[]): string[] {
  const words = text.split(",");
  const unknown = words.find((word) => !known.includes(word));
  if (unknown === undefined) return words;
  throw new Error(`Cannot measure kernels: ${option} takes ${known.join(", ")}: received "${unknown}"`);
}
