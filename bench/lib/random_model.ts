import { parseModel } from "../../models/registry.ts";
import type { FloatDtype } from "../../src/contracts/device.ts";
import type { LayerSlots, NormSlot, TensorSlot } from "../../src/contracts/model_spec.ts";
import { MODELS, type Model } from "../kernels/cases.ts";

/** LLaMA-shaped models without a training: their sizes, their config.json and how their weights are spread. */

/** Llama 3.1 8B; its head is a matrix of its own. */
const LARGEST: Model = {
  name: "8B",
  layers: 32,
  hidden: 4096,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  inner: 14336,
  vocab: 128256,
};

const shaped = (name: string): Model => MODELS.find((model) => model.name === name)!;

/** By the names that `make_model` takes. */
export const SIZES: Readonly<Record<string, Model>> = {
  "3m": shaped("3M"),
  "27m": shaped("27M"),
  "107m": shaped("107M"),
  "0.1b": shaped("107M"),
  "1b": shaped("1B"),
  "8b": LARGEST,
};

/** config.json as transformers writes it. No token ends an output. */
export function randomConfig(model: Model, dtype: FloatDtype): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: model.hidden,
    intermediate_size: model.inner,
    num_hidden_layers: model.layers,
    num_attention_heads: model.heads,
    num_key_value_heads: model.kvHeads,
    head_dim: model.headDim,
    vocab_size: model.vocab,
    max_position_embeddings: 4096,
    rope_theta: 10000,
    rms_norm_eps: 1e-5,
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: model !== LARGEST,
    bos_token_id: null,
    eos_token_id: null,
    torch_dtype: { f32: "float32", f16: "float16", bf16: "bfloat16" }[dtype],
  };
}

export interface RandomTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of its normal distribution; null: all ones. */
  readonly deviation: number | null;
}

/**
 * The tensors that a config.json asks for. A product of rows of root mean square 1 has values of about 1 (the gated
 * ones of the MLP 2, for a gate's output is smaller), and what the layers add up to is as large as one of them, so that
 * logits neither overflow nor are alike.
 */
export function randomTensors(config: Readonly<Record<string, unknown>>): RandomTensor[] {
  const spec = parseModel(config);
  const { embedding, layers, finalNorm, head, numLayers } = spec;
  const residual = 1 / Math.sqrt(2 * numLayers);
  return [
    spread(embedding, 1),
    ...layers.flatMap((layer) => layerTensors(layer, residual)),
    ones(finalNorm),
    ...(head ? [spread(head.weight, 2)] : []),
  ];
}

function layerTensors({ attentionNorm, q, k, v, o, mlpNorm, mlp }: LayerSlots, residual: number): RandomTensor[] {
  if (mlp.kind !== "gated") throw new Error("Cannot make random weights: the MLP is not gated");
  return [
    ones(attentionNorm),
    ...[q, k, v].map(({ weight }) => spread(weight, 1)),
    spread(o.weight, residual),
    ones(mlpNorm),
    ...[mlp.gate, mlp.up].map(({ weight }) => spread(weight, 2)),
    spread(mlp.down.weight, residual),
  ];
}

function spread({ name, shape }: TensorSlot, scale: number): RandomTensor {
  return { name, shape, deviation: scale / Math.sqrt(shape[1]!) };
}

function ones({ weight: { name, shape } }: NormSlot): RandomTensor {
  return { name, shape, deviation: null };
}

/** Parameters of a model, its norms counted. */
export function parameterCount(tensors: readonly RandomTensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
}
