import { basename, join } from "node:path";
import process from "node:process";
import type { KvDtype } from "../../src/contracts/device.ts";
import type { ModelSpec } from "../../src/contracts/model_spec.ts";
import { ContestantProcess } from "./contestant_process.ts";
import { convertToGguf } from "./convert_to_gguf.ts";
import { convertToOnnx } from "./convert_to_onnx.ts";
import { derivedFile, installed } from "./packages.ts";

/** Who Octavo can be compared with, and how each gets the model. */

export interface OpponentModel {
  readonly directory: string;
  readonly spec: ModelSpec;
  readonly kvDtype: KvDtype;
}

export interface Opponent {
  /** How many sequences it is measured at where nobody says. */
  readonly sequences: string;
  open(model: OpponentModel): Promise<ContestantProcess>;
}

/** Of npm's node-llama-cpp, whose builds of llama.cpp these are. */
const LLAMA_CPP_VERSION = "3.22.1";

/** Of npm's onnxruntime-node. */
const ONNX_RUNTIME_VERSION = "1.30.0";

const contestant = (file: string) => join(import.meta.dirname, "contestants", file);

export const OPPONENTS: Readonly<Record<string, Opponent>> = {
  "llama.cpp": { sequences: "1,4,16,32", open: (model) => openLlamaCpp(model, "vulkan") },
  "llama.cpp-cpu": { sequences: "1,4,16,32", open: (model) => openLlamaCpp(model, "cpu") },
  onnxruntime: { sequences: "1,4,8", open: openOnnxRuntime },
};

async function openLlamaCpp({ directory, spec, kvDtype }: OpponentModel, backend: "vulkan" | "cpu") {
  const platform = `${process.platform}-${process.arch}${backend === "vulkan" ? "-vulkan" : ""}`;
  const modules = await installed(`@node-llama-cpp/${platform}`, LLAMA_CPP_VERSION);
  const binaries = join(modules, "@node-llama-cpp", platform, "bins", platform);
  const file = await derivedFile(`${basename(directory)}.gguf`);
  await convertToGguf(directory, file);
  return new ContestantProcess(
    backend === "vulkan" ? "llama.cpp" : "llama.cpp on the CPU",
    contestant("llama_cpp.ts"),
    [binaries, file, kvDtype, backend, String(spec.vocabSize)],
    // Without it, llama.cpp overlooks software adapters and computes on the CPU.
    { GGML_VK_VISIBLE_DEVICES: process.env.GGML_VK_VISIBLE_DEVICES ?? "0" },
  );
}

async function openOnnxRuntime({ directory, spec }: OpponentModel): Promise<ContestantProcess> {
  const modules = await installed("onnxruntime-node", ONNX_RUNTIME_VERSION);
  const file = await derivedFile(`${basename(directory)}.onnx`);
  await convertToOnnx(directory, file);
  const sizes = [spec.vocabSize, spec.numLayers, spec.numKvHeads, spec.headDim].map(String);
  return new ContestantProcess("ONNX Runtime", contestant("onnxruntime.ts"), [modules, file, ...sizes]);
}

export function openOctavo(
  { directory, kvDtype }: OpponentModel,
  device: string,
  { subgroupMatrix = false } = {},
): ContestantProcess {
  return new ContestantProcess("Octavo", contestant("octavo.ts"), [directory, kvDtype, device, `${subgroupMatrix}`]);
}
