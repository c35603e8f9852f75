import { z } from "zod";
import type { ModelSpec } from "../src/contracts/model_spec.ts";
import { extent, flag, optional, readFields } from "./config.ts";
import { parseLlama } from "./llama.ts";

/** Qwen2 and 2.5 (`Qwen2ForCausalLM`): LLaMA with biases on q, k and v and none elsewhere. */

const fields = z.object({ use_sliding_window: optional(flag, false), sliding_window: optional(extent, 4096) });

export function parseQwen2(config: Readonly<Record<string, unknown>>): ModelSpec {
  const spec = parseLlama({ max_position_embeddings: 32768, ...config, mlp_bias: false }, { qkv: true, o: false });
  const { use_sliding_window, sliding_window } = readFields(fields, config);
  // Within one window, sliding attention is full attention.
  const maxPositions = use_sliding_window ? Math.min(spec.maxPositions, sliding_window) : spec.maxPositions;
  return { ...spec, architecture: "Qwen2ForCausalLM", maxPositions };
}
