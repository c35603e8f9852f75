import { describe, expect, test } from "bun:test";
import { ModelConfigError } from "../../models/config.ts";
import { parseModel } from "../../models/registry.ts";

const SMALL = {
  architectures: ["OPTForCausalLM"],
  hidden_size: 32,
  ffn_dim: 48,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  vocab_size: 100,
  max_position_embeddings: 64,
};

describe("OPT", () => {
  test("has learned positions behind two more rows, biases, and a tied head", () => {
    const spec = parseModel(SMALL);
    const table = { name: "model.decoder.embed_positions.weight", shape: [66, 32] };
    expect(spec.positions).toEqual({ kind: "learned", table, offset: 2 });
    expect(spec).toMatchObject({ maxPositions: 64, activation: "relu", norm: { kind: "layer", epsilon: 1e-5 } });
    expect(spec.layers[0]!.mlp).toMatchObject({ kind: "plain", up: { bias: { shape: [48] } } });
    expect(spec.head).toBeUndefined();
  });

  test("goes without biases and with a head of its own where config.json says so", () => {
    const spec = parseModel({ ...SMALL, enable_bias: false, tie_word_embeddings: false });
    expect(spec.layers[0]!.o.bias).toBeUndefined();
    expect(spec.layers[0]!.mlpNorm.bias).toBeDefined();
    expect(spec.head?.weight.shape).toEqual([100, 32]);
  });

  const refused: [object, RegExp][] = [
    [{ word_embed_proj_dim: 16 }, /"word_embed_proj_dim": expected hidden_size \(32\).*: received 16/],
    [{ do_layer_norm_before: false }, /"do_layer_norm_before": expected true .*: received false/],
    [{ layer_norm_elementwise_affine: false }, /"layer_norm_elementwise_affine": expected true/],
    [{ _remove_final_layer_norm: true }, /"_remove_final_layer_norm": expected false/],
    [{ num_attention_heads: 5 }, /"hidden_size": expected a multiple of num_attention_heads \(5\)/],
    [{ ffn_dim: "48" }, /"ffn_dim": expected a positive integer: received "48"/],
  ];
  for (const [change, message] of refused)
    test(`refuses ${JSON.stringify(change)}`, () => {
      expect(() => parseModel({ ...SMALL, ...change })).toThrow(ModelConfigError);
      expect(() => parseModel({ ...SMALL, ...change })).toThrow(message);
    });
});
