import type { ModelParser, ModelSpec } from "../src/contracts/model_spec.ts";
import { refuse } from "./config.ts";
import { parseLlama } from "./llama.ts";
import { parseMistral } from "./mistral.ts";
import { parseOpt } from "./opt.ts";
import { parseQwen2 } from "./qwen2.ts";

/** Architectures as config.json's `architectures` names them. A new model is a file in this folder and a line here. */
const PARSERS: ReadonlyMap<string, ModelParser> = new Map([
  ["LlamaForCausalLM", parseLlama],
  ["LLaMAForCausalLM", parseLlama],
  ["MistralForCausalLM", parseMistral],
  ["OPTForCausalLM", parseOpt],
  ["Qwen2ForCausalLM", parseQwen2],
]);

/** Turns a config.json into a ModelSpec. Throws ModelConfigError naming the field, or the architectures known. */
export function parseModel(config: Readonly<Record<string, unknown>>): ModelSpec {
  const names = config.architectures;
  const parse = Array.isArray(names) && names.length === 1 ? PARSERS.get(names[0]) : undefined;
  if (!parse) return refuse("architectures", `one of ${[...PARSERS.keys()].join(", ")}`, names);
  if (config.quantization_config != null)
    refuse("quantization_config", "none, since quantized checkpoints are not read", config.quantization_config);
  return parse(config);
}
