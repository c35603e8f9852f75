import { parseArgs } from "node:util";
import type { FloatDtype } from "../src/contracts/device.ts";
import { SIZES } from "./lib/random_model.ts";
import { writeRandomModel } from "./lib/write_random_model.ts";
import { wholeOf } from "./load/bench_args.ts";

/**
 * Writes a model of random weights in Hugging Face layout, to measure with: `octavo serve DIRECTORY` works.
 *
 *   ./octavo bench make_model SIZE DIRECTORY [--dtype bf16] [--seed 0]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dtype: { type: "string", default: "bf16" }, seed: { type: "string", default: "0" } },
});
const [size = "", directory] = positionals;
const model = SIZES[size];
if (!model) {
  throw new Error(`Cannot make a model: its size is one of ${Object.keys(SIZES).join(", ")}: received "${size}"`);
}
if (!directory) throw new Error("Cannot make a model: name the directory to write it to");
if (!["bf16", "f16", "f32"].includes(values.dtype)) {
  throw new Error(`Cannot make a model: --dtype is bf16, f16 or f32: received "${values.dtype}"`);
}
const began = performance.now();
const { parameters, bytes } = await writeRandomModel(
  directory,
  model,
  values.dtype as FloatDtype,
  wholeOf("seed", values.seed, 0),
);
const seconds = (performance.now() - began) / 1000;
console.log(
  `${directory}: ${(parameters / 1e6).toFixed(1)} million parameters in ${values.dtype}, ` +
    `${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s`,
);
