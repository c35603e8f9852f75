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
  readFields,
  refuse,
} from "./config.ts";
import { headOrTied, layerNorm, linear, tensor } from "./slots.ts";

/** OPT (`OPTForCausalLM`): LayerNorm, learned positions, a plain MLP, biases everywhere. */

/** Rows of the position table before position 0. */
const POSITION_OFFSET = 2;
/** torch's LayerNorm default; OPT's config.json has no field for it. */
const EPSILON = 1e-5;

const fields = z.object({
  hidden_size: extent,
  ffn_dim: extent,
  num_hidden_layers: layerCount,
  num_attention_heads: extent,
  vocab_size: extent,
  max_position_embeddings: extent,
  activation_function: activation.default("relu"),
  enable_bias: optional(flag, true),
  tie_word_embeddings: optional(flag, true),
  // Only opt-350m projects its embeddings and puts the norms behind the blocks.
  word_embed_proj_dim: extent.nullish(),
  do_layer_norm_before: optional(z.literal(true, "true (norms behind the blocks are not computed)"), true),
  layer_norm_elementwise_affine: optional(z.literal(true, "true (norms without weights are not computed)"), true),
  _remove_final_layer_norm: optional(z.literal(false, "false (a final norm is always computed)"), false),
  bos_token_id: bosTokenId,
  eos_token_id: eosTokenIds,
});

export function parseOpt(config: Readonly<Record<string, unknown>>): ModelSpec {
  const c = readFields(fields, config);
  const { hidden_size: hidden, ffn_dim: inner, num_attention_heads: heads } = c;
  if (hidden % heads !== 0) refuse("hidden_size", `a multiple of num_attention_heads (${heads})`, hidden);
  const projected = c.word_embed_proj_dim ?? hidden;
  if (projected !== hidden)
    refuse("word_embed_proj_dim", `hidden_size (${hidden}): projected embeddings are not computed`, projected);

  const layer = (i: number): LayerSlots => {
    const at = `model.decoder.layers.${i}`;
    return {
      attentionNorm: layerNorm(`${at}.self_attn_layer_norm`, hidden),
      q: linear(`${at}.self_attn.q_proj`, hidden, hidden, c.enable_bias),
      k: linear(`${at}.self_attn.k_proj`, hidden, hidden, c.enable_bias),
      v: linear(`${at}.self_attn.v_proj`, hidden, hidden, c.enable_bias),
      o: linear(`${at}.self_attn.out_proj`, hidden, hidden, c.enable_bias),
      mlpNorm: layerNorm(`${at}.final_layer_norm`, hidden),
      mlp: {
        kind: "plain",
        up: linear(`${at}.fc1`, inner, hidden, c.enable_bias),
        down: linear(`${at}.fc2`, hidden, inner, c.enable_bias),
      },
    };
  };

  const embedding = tensor("model.decoder.embed_tokens.weight", c.vocab_size, hidden);
  const head = headOrTied(c.tie_word_embeddings, embedding.name, c.vocab_size, hidden);

  return {
    architecture: "OPTForCausalLM",
    hiddenSize: hidden,
    innerSize: inner,
    numLayers: c.num_hidden_layers,
    numHeads: heads,
    numKvHeads: heads,
    headDim: hidden / heads,
    vocabSize: c.vocab_size,
    maxPositions: c.max_position_embeddings,
    norm: { kind: "layer", epsilon: EPSILON },
    activation: c.activation_function,
    positions: {
      kind: "learned",
      table: tensor("model.decoder.embed_positions.weight", c.max_position_embeddings + POSITION_OFFSET, hidden),
      offset: POSITION_OFFSET,
    },
    embedding,
    layers: Array.from({ length: c.num_hidden_layers }, (_, i) => layer(i)),
    finalNorm: layerNorm("model.decoder.final_layer_norm", hidden),
    ...head,
    // The first published files were saved from the bare OPTModel, without the outer module's name.
    renames: [...head.renames, { from: "decoder.", to: "model.decoder." }],
    bosTokenId: c.bos_token_id,
    eosTokenIds: c.eos_token_id,
  };
}
