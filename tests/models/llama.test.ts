import { describe, expect, test } from "bun:test";
import { ModelConfigError } from "../../models/config.ts";
import { parseModel } from "../../models/registry.ts";

/** config.json of a small LLaMA with only the fields that have no default. */
const SMALL = {
  architectures: ["LlamaForCausalLM"],
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 100,
};

describe("LLaMA", () => {
  test("has transformers' defaults", () => {
    const spec = parseModel(SMALL);
    expect(spec).toMatchObject({
      numKvHeads: 4,
      headDim: 8,
      maxPositions: 2048,
      norm: { kind: "rms", epsilon: 1e-6 },
      activation: "silu",
      bosTokenId: null,
      eosTokenIds: [],
    });
    expect(spec.head?.weight).toEqual({ name: "lm_head.weight", shape: [100, 32] });
    expect(spec.layers[1]!.k).toEqual({ weight: { name: "model.layers.1.self_attn.k_proj.weight", shape: [32, 32] } });
  });

  test("takes null for a default, as transformers writes it", () => {
    const nulls = { num_key_value_heads: null, head_dim: null, rope_scaling: null, rope_parameters: null };
    expect(parseModel({ ...SMALL, ...nulls, eos_token_id: null, attention_bias: null })).toEqual(parseModel(SMALL));
  });

  test("groups queries, has its own head size, biases and ids where config.json says so", () => {
    const given = {
      num_key_value_heads: 2,
      head_dim: 16,
      attention_bias: true,
      mlp_bias: true,
      tie_word_embeddings: true,
    };
    const spec = parseModel({ ...SMALL, ...given, bos_token_id: 1, eos_token_id: [2, 7] });
    const { q, k, o, mlp } = spec.layers[0]!;
    expect([q.weight.shape, k.weight.shape, o.weight.shape]).toEqual([
      [64, 32],
      [32, 32],
      [32, 64],
    ]);
    expect([q.bias?.shape, k.bias?.shape, o.bias?.shape, mlp.down.bias?.shape]).toEqual([[64], [32], [32], [32]]);
    expect(spec.head).toBeUndefined();
    expect([spec.bosTokenId, spec.eosTokenIds]).toEqual([1, [2, 7]]);
  });

  const refused: [object, RegExp][] = [
    [{ hidden_size: undefined }, /"hidden_size": expected a positive integer: received nothing/],
    [{ hidden_size: 32.5 }, /"hidden_size": expected a positive integer: received 32\.5/],
    [{ vocab_size: 2 ** 31 }, /"vocab_size": expected an integer below 2\^31/],
    [{ num_hidden_layers: 1e9 }, /"num_hidden_layers": expected at most 1024 layers/],
    [{ num_attention_heads: 5 }, /"hidden_size": expected a multiple of num_attention_heads \(5\)/],
    [{ num_key_value_heads: 3 }, /"num_key_value_heads": expected a divisor of num_attention_heads \(4\): received 3/],
    [{ head_dim: 7 }, /"head_dim": expected an even number/],
    [{ hidden_act: "tanh" }, /"hidden_act": expected silu.*: received "tanh"/],
    [{ rms_norm_eps: 0 }, /"rms_norm_eps": expected a positive number: received 0/],
    [{ tie_word_embeddings: "yes" }, /"tie_word_embeddings": expected true or false: received "yes"/],
    [{ eos_token_id: [2, -1] }, /"eos_token_id.*": expected a token id.*: received/],
    [{ quantization_config: { quant_method: "gptq" } }, /"quantization_config": expected none/],
  ];
  for (const [change, message] of refused)
    test(`refuses ${JSON.stringify(change)}`, () => {
      expect(() => parseModel({ ...SMALL, ...change })).toThrow(ModelConfigError);
      expect(() => parseModel({ ...SMALL, ...change })).toThrow(message);
    });
});

describe("LLaMA's relatives", () => {
  test("Qwen2 has biases on q, k and v alone", () => {
    const { layers } = parseModel({ ...SMALL, architectures: ["Qwen2ForCausalLM"] });
    const { q, k, v, o, mlp } = layers[0]!;
    expect([q, k, v, o, mlp.up].map(({ bias }) => bias !== undefined)).toEqual([true, true, true, false, false]);
  });

  test("a sliding window bounds the length within which it makes no difference", () => {
    const qwen = { ...SMALL, architectures: ["Qwen2ForCausalLM"], sliding_window: 100 };
    expect(parseModel(qwen).maxPositions).toBe(32768);
    expect(parseModel({ ...qwen, use_sliding_window: true }).maxPositions).toBe(100);
    const mistral = { ...SMALL, architectures: ["MistralForCausalLM"], num_key_value_heads: 4 };
    expect(parseModel(mistral).maxPositions).toBe(4096);
    expect(parseModel({ ...mistral, sliding_window: null }).maxPositions).toBe(131072);
    expect(parseModel({ ...mistral, sliding_window: 100 }).maxPositions).toBe(100);
  });
});
