import { parseModel } from "../../models/registry.ts";
import { type Device, type KvShape, type Op, rowBytes, type StepShape } from "../../src/contracts/device.ts";
import type { GpuOp } from "../../src/gpu/binder.ts";
import { bindDecoder } from "../../src/runner/decoder.ts";
import type { LoadedModel } from "../../src/runner/load_weights.ts";
import { allocateStepBuffers } from "../../src/runner/step_buffers.ts";
import { weight } from "../../src/selftest/data.ts";
import { BLOCK_SIZE, type Model } from "./cases.ts";

/** What a decode step of the decoder dispatches, by operation: kernel names in order. */
export interface StepDispatches {
  /** Of one layer. */
  readonly layer: ReadonlyMap<string, readonly string[]>;
  /** Before and after the layers. */
  readonly rest: ReadonlyMap<string, readonly string[]>;
}

/**
 * Binds a layer of the model as the server does, with bf16 weights of zeros, and asks its operations what they would
 * dispatch for one token of each of `rows` sequences with `context` tokens. Nothing is run.
 */
export function stepDispatches(device: Device, model: Model, rows: number, context: number): StepDispatches {
  const decoder = oneLayer(device, model, rows, context);
  const step = {
    rows,
    decodeRows: rows,
    samples: rows,
    copies: 0,
    maxContext: context,
    filtered: 0,
    edits: 0,
    topLogprobs: -1,
  };
  const ops = [...decoder.layers, ...decoder.head];
  const inLayer = ({ name }: Op) => name.startsWith("layers.");
  return {
    layer: dispatchesOf(ops.filter(inLayer), step),
    rest: dispatchesOf(
      ops.filter((op) => !inLayer(op)),
      step,
    ),
  };
}

/** Dispatches of all operations. */
export function count(dispatches: ReadonlyMap<string, readonly string[]>): number {
  return [...dispatches.values()].reduce((sum, kernels) => sum + kernels.length, 0);
}

function dispatchesOf(ops: readonly Op[], step: StepShape): Map<string, readonly string[]> {
  const dispatched = (ops as readonly GpuOp[]).map(({ name, dispatches }) => {
    const run = dispatches.filter(({ grid }) => grid(step).every((groups) => groups > 0));
    return [name.replace(/^layers\.0\./, ""), run.map(({ shader }) => shader.kernel.name)] as const;
  });
  return new Map(dispatched.filter(([, kernels]) => kernels.length > 0));
}

function oneLayer(device: Device, model: Model, rows: number, context: number) {
  const { hidden, heads, kvHeads, headDim, inner, vocab } = model;
  const spec = parseModel({
    architectures: ["LlamaForCausalLM"],
    hidden_size: hidden,
    intermediate_size: inner,
    num_hidden_layers: 1,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    vocab_size: vocab,
    tie_word_embeddings: true,
  });
  const matrix = (label: string, outputs: number, inputs: number) =>
    weight(device.allocate(label, outputs * rowBytes({ dtype: "bf16", cols: inputs })), "bf16", outputs, inputs);
  const norm = { weight: device.allocate("norm", hidden * 4) };
  const embedding = matrix("embedding", vocab, hidden);
  const loaded: LoadedModel = {
    embedding,
    layers: [
      {
        attentionNorm: norm,
        qkv: { weight: matrix("qkv", (heads + 2 * kvHeads) * headDim, hidden) },
        o: { weight: matrix("o", hidden, heads * headDim) },
        mlpNorm: norm,
        mlp: {
          kind: "gated",
          gateUp: { weight: matrix("gate_up", 2 * inner, hidden) },
          down: { weight: matrix("down", hidden, inner) },
        },
      },
    ],
    finalNorm: norm,
    head: { weight: embedding },
    digest: "zeros",
    bytes: 0,
  };
  const maxBlocksPerSeq = Math.ceil(context / BLOCK_SIZE);
  const kv: KvShape = { dtype: "f16", numBlocks: rows * maxBlocksPerSeq + 1, blockSize: BLOCK_SIZE, kvHeads, headDim };
  const limits = {
    maxRows: rows,
    maxSequences: rows,
    maxBlocksPerSeq,
    maxModelLen: context,
    vocabSize: vocab,
    blockSize: BLOCK_SIZE,
    numBlocks: kv.numBlocks - 1,
  };
  const cache = () => device.allocate("cache", kv.numBlocks * BLOCK_SIZE * kvHeads * headDim * 2);
  return bindDecoder({
    spec,
    model: loaded,
    device,
    kv,
    caches: [{ keys: cache(), values: cache() }],
    step: allocateStepBuffers(device, limits),
    rotation: device.allocate("rotation", context * headDim * 4),
    maxRows: rows,
    maxSequences: rows,
    maxBlocksPerSeq,
  });
}
