import type { Device, DeviceBuffer, KvShape, Op } from "../contracts/device.ts";
import type { ModelSpec } from "../contracts/model_spec.ts";
import type { LoadedLayer, LoadedModel } from "./load_weights.ts";
import type { StepBuffers } from "./step_buffers.ts";

/** Activations between operations; f32, one row a token. */
interface Activations {
  /** The residual stream [rows, hidden]. */
  readonly x: DeviceBuffer;
  /** Normalised x [rows, hidden]. */
  readonly h: DeviceBuffer;
  /** [rows, (heads + 2 kvHeads) * headDim] */
  readonly qkv: DeviceBuffer;
  /** [rows, heads * headDim] */
  readonly q: DeviceBuffer;
  /** [rows, heads * headDim] */
  readonly attended: DeviceBuffer;
  /** [rows, inner] */
  readonly inner: DeviceBuffer;
  /** [samples, hidden] */
  readonly last: DeviceBuffer;
}

/** K and V of one layer, slot-major. */
export interface LayerCache {
  readonly keys: DeviceBuffer;
  readonly values: DeviceBuffer;
}

export interface DecoderParts {
  readonly spec: ModelSpec;
  readonly model: LoadedModel;
  readonly device: Device;
  readonly kv: KvShape;
  readonly caches: readonly LayerCache[];
  readonly step: StepBuffers;
  /** f32 [maxModelLen, headDim]; absent with learned positions. */
  readonly rotation?: DeviceBuffer;
  readonly maxRows: number;
  readonly maxSequences: number;
  readonly maxBlocksPerSeq: number;
}

/**
 * Binds a decoder-only transformer's operations in the order in which a step runs them: block copies, embedding, the
 * layers, final norm of the sampled rows, logits, sampling, log-probabilities. Reads the ModelSpec and nothing else about the model.
 */
export function bindDecoder(parts: DecoderParts): Op[] {
  const { spec, model, device, step, kv, caches } = parts;
  const { ops } = device;
  const activations = allocateActivations(parts);
  const { x, last } = activations;
  const { positions } = spec;
  const learned = positions.kind === "learned" && model.learnedPositions;

  const bound: Op[] = [
    ops.copyBlocks("copy_blocks", {
      caches: caches.flatMap(({ keys, values }) => [keys, values]),
      kv,
      copies: step.copyPairs,
    }),
    ops.embed("embed", {
      out: x,
      table: model.embedding,
      tokenIds: step.tokenIds,
      ...(learned && { learned: { table: learned, positions: step.positions, offset: positions.offset } }),
    }),
  ];
  for (let i = 0; i < model.layers.length; i++) bound.push(...bindLayer(parts, activations, i));
  bound.push(
    ops.norm("final_norm", {
      out: last,
      x,
      ...model.finalNorm,
      ...spec.norm,
      width: spec.hiddenSize,
      gather: step.sampleRows,
    }),
    ops.linear("logits", {
      out: step.logits,
      x: last,
      ...model.head,
      activation: "none",
      write: "store",
      rows: "samples",
    }),
    ops.sample("sample", { out: step.sampledIds, logits: step.logits, vocab: spec.vocabSize, sampling: step.sampling }),
    ops.logprobs("logprobs", {
      ...step.logprobs,
      logits: step.logits,
      tokenIds: step.sampledIds,
      vocab: spec.vocabSize,
    }),
  );
  return bound;
}

function bindLayer(parts: DecoderParts, activations: Activations, index: number): Op[] {
  const { spec, model, device, step, kv, caches, rotation, maxBlocksPerSeq } = parts;
  const { ops } = device;
  const { x, h, qkv, q, attended } = activations;
  const layer = model.layers[index]!;
  const { keys, values } = caches[index]!;
  const heads = spec.numHeads;
  const norm = { ...spec.norm, width: spec.hiddenSize };
  const name = (op: string) => `layers.${index}.${op}`;
  return [
    ops.norm(name("attention_norm"), { out: h, x, ...layer.attentionNorm, ...norm }),
    ops.linear(name("qkv"), { out: qkv, x: h, ...layer.qkv, activation: "none", write: "store", rows: "tokens" }),
    ops.ropeAndWrite(name("rope"), {
      qkv,
      q,
      keys,
      values,
      kv,
      heads,
      positions: step.positions,
      slots: step.slots,
      ...(rotation && { rotation }),
    }),
    ops.attention(name("attention"), {
      out: attended,
      q,
      keys,
      values,
      kv,
      heads,
      scale: 1 / Math.sqrt(spec.headDim),
      positions: step.positions,
      sequences: step.rowSequences,
      blockTables: step.blockTables,
      maxBlocksPerSeq,
    }),
    ops.linear(name("o"), { out: x, x: attended, ...layer.o, activation: "none", write: "add", rows: "tokens" }),
    ops.norm(name("mlp_norm"), { out: h, x, ...layer.mlpNorm, ...norm }),
    ...bindMlp(parts, activations, layer, name),
  ];
}

function bindMlp(
  { spec, device: { ops } }: DecoderParts,
  { x, h, inner }: Activations,
  { mlp }: LoadedLayer,
  name: (op: string) => string,
): Op[] {
  const { activation } = spec;
  const up =
    mlp.kind === "gated"
      ? ops.gatedLinear(name("gate_up"), { out: inner, x: h, ...mlp.gateUp, activation })
      : ops.linear(name("up"), { out: inner, x: h, ...mlp.up, activation, write: "store", rows: "tokens" });
  const down = ops.linear(name("down"), {
    out: x,
    x: inner,
    ...mlp.down,
    activation: "none",
    write: "add",
    rows: "tokens",
  });
  return [up, down];
}

function allocateActivations({ spec, device, maxRows, maxSequences }: DecoderParts): Activations {
  const rows = (label: string, width: number, count = maxRows) => device.allocate(label, count * width * 4);
  const qWidth = spec.numHeads * spec.headDim;
  return {
    x: rows("x", spec.hiddenSize),
    h: rows("h", spec.hiddenSize),
    qkv: rows("qkv", qWidth + 2 * spec.numKvHeads * spec.headDim),
    q: rows("q", qWidth),
    attended: rows("attended", qWidth),
    inner: rows("inner", spec.innerSize),
    last: rows("last", spec.hiddenSize, maxSequences),
  };
}
