import { z } from "zod";
import type { ModelSpec } from "../src/contracts/model_spec.ts";
import { extent, readFields } from "./config.ts";
import { parseLlama } from "./llama.ts";

/** Mistral (`MistralForCausalLM`): LLaMA without biases. */

const fields = z.object({ sliding_window: extent.nullish() });

export function parseMistral(config: Readonly<Record<string, unknown>>): ModelSpec {
  const defaults = { max_position_embeddings: 131072, num_key_value_heads: 8, sliding_window: 4096 };
  const given = { ...defaults, ...config, mlp_bias: false };
  const spec = parseLlama(given, { qkv: false, o: false });
  const { sliding_window } = readFields(fields, given);
  // Within one window, sliding attention is full attention.
  const maxPositions = Math.min(spec.maxPositions, sliding_window ?? spec.maxPositions);
  return { ...spec, architecture: "MistralForCausalLM", maxPositions };
}
