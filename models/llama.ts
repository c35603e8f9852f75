import { z } from "zod";
import type { LayerSlots, ModelSpec } from "../src/contracts/model_spec.ts";
import {
  activation,
  bosTokenId,
  eosTokenIds,
  extent,
  flag,
  layerCount,
  optional,
  positive,
  readFields,
  refuse,
} from "./config.ts";
import { ropePositions } from "./rope.ts";
import { headOrTied, linear, rmsNorm, tensor } from "./slots.ts";

/** LLaMA 1, 2 and 3 (`LlamaForCausalLM`): RMSNorm, rotary positions, grouped queries, SwiGLU. */

const fields = z.object({
  hidden_size: extent,
  intermediate_size: extent,
  num_hidden_layers: layerCount,
  num_attention_heads: extent,
  num_key_value_heads: extent.nullish(),
  head_dim: extent.nullish(),
  vocab_size: extent,
  max_position_embeddings: optional(extent, 2048),
  rms_norm_eps: optional(positive, 1e-6),
  hidden_act: activation.default("silu"),
  attention_bias: optional(flag, false),
  mlp_bias: optional(flag, false),
  tie_word_embeddings: optional(flag, false),
  bos_token_id: bosTokenId,
  eos_token_id: eosTokenIds,
});

/** Which of the attention's matrices have a bias; config.json says so for LLaMA, the architecture for its relatives. */
export interface AttentionBias {
  readonly qkv: boolean;
  readonly o: boolean;
}

export function parseLlama(config: Readonly<Record<string, unknown>>, attentionBias?: AttentionBias): ModelSpec {
  const c = readFields(fields, config);
  const { hidden_size: hidden, intermediate_size: inner, num_attention_heads: heads } = c;
  const kvHeads = c.num_key_value_heads ?? heads;
  if (heads % kvHeads !== 0) refuse("num_key_value_heads", `a divisor of num_attention_heads (${heads})`, kvHeads);
  if (c.head_dim == null && hidden % heads !== 0)
    refuse("hidden_size", `a multiple of num_attention_heads (${heads}) where head_dim is not given`, hidden);
  const headDim = c.head_dim ?? hidden / heads;
  const bias = attentionBias ?? { qkv: c.attention_bias, o: c.attention_bias };

  const layer = (i: number): LayerSlots => {
    const at = `model.layers.${i}`;
    return {
      attentionNorm: rmsNorm(`${at}.input_layernorm`, hidden),
      q: linear(`${at}.self_attn.q_proj`, heads * headDim, hidden, bias.qkv),
      k: linear(`${at}.self_attn.k_proj`, kvHeads * headDim, hidden, bias.qkv),
      v: linear(`${at}.self_attn.v_proj`, kvHeads * headDim, hidden, bias.qkv),
      o: linear(`${at}.self_attn.o_proj`, hidden, heads * headDim, bias.o),
      mlpNorm: rmsNorm(`${at}.post_attention_layernorm`, hidden),
      mlp: {
        kind: "gated",
        gate: linear(`${at}.mlp.gate_proj`, inner, hidden, c.mlp_bias),
        up: linear(`${at}.mlp.up_proj`, inner, hidden, c.mlp_bias),
        down: linear(`${at}.mlp.down_proj`, hidden, inner, c.mlp_bias),
      },
    };
  };

  return {
    architecture: "LlamaForCausalLM",
    hiddenSize: hidden,
    innerSize: inner,
    numLayers: c.num_hidden_layers,
    numHeads: heads,
    numKvHeads: kvHeads,
    headDim,
    vocabSize: c.vocab_size,
    ...ropePositions(config, headDim, c.max_position_embeddings),
    norm: { kind: "rms", epsilon: c.rms_norm_eps },
    activation: c.hidden_act,
    embedding: tensor("model.embed_tokens.weight", c.vocab_size, hidden),
    layers: Array.from({ length: c.num_hidden_layers }, (_, i) => layer(i)),
    finalNorm: rmsNorm("model.norm", hidden),
    ...headOrTied(c.tie_word_embeddings, "model.embed_tokens.weight", c.vocab_size, hidden),
    bosTokenId: c.bos_token_id,
    eosTokenIds: c.eos_token_id,
  };
}
