import { basename } from "node:path";
import { parseModel } from "../../models/registry.ts";
import type { FloatDtype } from "../../src/contracts/device.ts";
import type { LinearSlot, ModelSpec, NormSlot, TensorSlot } from "../../src/contracts/model_spec.ts";
import type { Checkpoint } from "../../src/contracts/weights.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { convert, weightDtype } from "../../src/weights/dtype.ts";
import { checkFit } from "../../src/weights/fit.ts";
import { type GgufTensor, type GgufValue, writeGguf } from "./gguf.ts";

/**
 * Writes a LLaMA of a Hugging Face directory as GGUF, each matrix in the dtype it has, norms in f32, without a
 * tokenizer: llama.cpp is given ids. Throws where the model has what this does not write.
 */
export async function convertToGguf(directory: string, file: string): Promise<void> {
  const opened = await openCheckpoint(directory);
  try {
    const spec = parseModel(opened.config);
    const checkpoint = checkFit(spec, opened);
    await writeGguf(file, metadataOf(spec, basename(directory)), tensorsOf(spec, checkpoint));
  } finally {
    await opened.close();
  }
}

function metadataOf(spec: ModelSpec, name: string): Record<string, GgufValue> {
  const u32 = (value: number) => ({ kind: "u32", value }) as const;
  const f32 = (value: number) => ({ kind: "f32", value }) as const;
  const string = (value: string) => ({ kind: "string", value }) as const;
  return {
    "general.architecture": string("llama"),
    "general.name": string(name),
    "llama.block_count": u32(spec.numLayers),
    "llama.context_length": u32(spec.maxPositions),
    "llama.embedding_length": u32(spec.hiddenSize),
    "llama.feed_forward_length": u32(spec.innerSize),
    "llama.attention.head_count": u32(spec.numHeads),
    "llama.attention.head_count_kv": u32(spec.numKvHeads),
    "llama.attention.key_length": u32(spec.headDim),
    "llama.attention.value_length": u32(spec.headDim),
    "llama.attention.layer_norm_rms_epsilon": f32(spec.norm.epsilon),
    "llama.rope.dimension_count": u32(spec.headDim),
    "llama.rope.freq_base": f32(ropeBase(spec)),
    "llama.vocab_size": u32(spec.vocabSize),
    "tokenizer.ggml.model": string("no_vocab"),
  };
}

/** The base of plain rotary positions, base ** (-2i / headDim). */
function ropeBase({ positions, headDim }: ModelSpec): number {
  if (positions.kind !== "rope") return refuse("rotary positions", positions.kind);
  const step = positions.inverseFrequencies[1] ?? 1;
  const plain = positions.inverseFrequencies.every((frequency, i) => Math.abs(frequency / step ** i - 1) < 1e-6);
  if (!plain || positions.amplitude !== 1) return refuse("rotary positions without scaling", "scaled ones");
  return step ** (-headDim / 2);
}

function tensorsOf(spec: ModelSpec, checkpoint: Checkpoint): GgufTensor[] {
  if (spec.architecture !== "LlamaForCausalLM") refuse("LlamaForCausalLM", spec.architecture);
  const matrix = (name: string, slot: TensorSlot) => tensor(checkpoint, name, slot);
  const linear = (name: string, { weight, bias }: LinearSlot, heads?: number) => {
    if (bias) refuse("matrices without a bias", bias.name);
    return tensor(checkpoint, name, weight, heads);
  };
  const norm = (name: string, { weight }: NormSlot) => tensor(checkpoint, name, weight);
  return [
    matrix("token_embd.weight", spec.embedding),
    ...spec.layers.flatMap((layer, i) => {
      const { mlp } = layer;
      if (mlp.kind !== "gated") return refuse("a gated MLP", mlp.kind);
      const at = (place: string) => `blk.${i}.${place}.weight`;
      return [
        norm(at("attn_norm"), layer.attentionNorm),
        linear(at("attn_q"), layer.q, spec.numHeads),
        linear(at("attn_k"), layer.k, spec.numKvHeads),
        linear(at("attn_v"), layer.v),
        linear(at("attn_output"), layer.o),
        norm(at("ffn_norm"), layer.mlpNorm),
        linear(at("ffn_gate"), mlp.gate),
        linear(at("ffn_up"), mlp.up),
        linear(at("ffn_down"), mlp.down),
      ];
    }),
    norm("output_norm.weight", spec.finalNorm),
    ...(spec.head ? [linear("output.weight", spec.head)] : []),
  ];
}

/** @param heads where given, the rows are those of as many heads that turn, and llama.cpp's order is another */
function tensor(checkpoint: Checkpoint, name: string, { name: source, shape }: TensorSlot, heads?: number): GgufTensor {
  const stored = weightDtype(checkpoint.tensors.get(source)!.dtype)!;
  const dtype: FloatDtype = shape.length === 1 ? "f32" : stored;
  return {
    name,
    dtype,
    shape,
    read: async function* () {
      if (heads !== undefined) yield turned(await whole(checkpoint, source), shape[0]!, heads);
      else for await (const chunk of checkpoint.read(source)) yield convert(chunk, stored, dtype);
    },
  };
}

async function whole(checkpoint: Checkpoint, name: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(checkpoint.tensors.get(name)!.bytes);
  let at = 0;
  for await (const chunk of checkpoint.read(name)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Hugging Face turns rows i and i + headDim/2 of a head as a pair, llama.cpp rows 2i and 2i + 1. */
function turned(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const row = bytes.length / rows;
  const headDim = rows / heads;
  for (let to = 0; to < rows; to++) {
    const inHead = to % headDim;
    const from = to - inHead + (inHead % 2) * (headDim / 2) + Math.floor(inHead / 2);
    out.set(bytes.subarray(from * row, (from + 1) * row), to * row);
  }
  return out;
}

function refuse(expected: string, received: string): never {
  throw new Error(`Cannot write this model as GGUF: expected ${expected}: received ${received}`);
}
