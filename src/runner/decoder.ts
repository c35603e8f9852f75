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

/** Operations in the order in which a step runs them. */
export interface Decoder {
  /** Over the step's rows: block copies, embedding, the layers. */
  readonly layers: readonly Op[];
  /**
   * Over its samples, as many at a time as there are sequences: final norm, logits, their edits, the choice, and
   * log-probabilities of the logits as they were before.
   */
  readonly head: readonly Op[];
  /** Over the step's rows, after the layers: final norm into `hidden`. */
  readonly norm: readonly Op[];
  /** f32 [rows, hidden] */
  readonly hidden: DeviceBuffer;
  readonly hiddenSize: number;
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

/** Binds a decoder-only transformer's operations. Reads the ModelSpec and nothing else about the model. */
export function bindDecoder(parts: DecoderParts): Decoder {
  const { spec, model, device, step, kv, caches } = parts;
  const { ops } = device;
  const activations = allocateActivations(parts);
  const { x } = activations;
  const { positions } = spec;
  const learned = positions.kind === "learned" && model.learnedPositions;

  const layers: Op[] = [
    ops.copyBlocks("copy_blocks", {
      caches: caches.flatMap(({ keys, values }) => [keys, values]),
      kv,
      copies: step.copyPairs,
    }),
    ops.embed("embed", {
      out: x,
      table: model.embedding,
      tokenIds: step.tokenIds,
      sampledIds: step.sampledIds,
      ...(learned && { learned: { table: learned, positions: step.positions, offset: positions.offset } }),
    }),
  ];
  for (let i = 0; i < model.layers.length; i++) layers.push(...bindLayer(parts, activations, i));
  // The layers are done with h when the step comes to its end.
  const hidden = activations.h;
  const norm = ops.norm("hidden_norm", { out: hidden, x, ...model.finalNorm, ...spec.norm, width: spec.hiddenSize });
  return { layers, head: bindHead(parts, activations), norm: [norm], hidden, hiddenSize: spec.hiddenSize };
}

function bindHead({ spec, model, device: { ops }, step }: DecoderParts, { x, last }: Activations): Op[] {
  const { logits, sampling } = step;
  const vocab = spec.vocabSize;
  const edits = { logits, vocab, sampling, edits: step.editPairs, originals: step.originals };
  return [
    ops.norm("final_norm", {
      out: last,
      x,
      ...model.finalNorm,
      ...spec.norm,
      width: spec.hiddenSize,
      gather: step.sampleRows,
    }),
    ops.linear("logits", { out: logits, x: last, ...model.head, activation: "none", write: "store", rows: "samples" }),
    ops.editLogits("edit_logits", { ...edits, direction: "do" }),
    ops.sample("sample", { out: step.sampledIds, logits, vocab, sampling, masks: step.maskBits }),
    ops.editLogits("restore_logits", { ...edits, direction: "undo" }),
    ops.logprobs("logprobs", { ...step.logprobs, logits, tokenIds: step.sampledIds, vocab }),
  ];
}

function bindLayer(parts: DecoderParts, activations: Activations, index: number): Op[] {
  const { spec, model, device, step, kv, caches, rotation, maxBlocksPerSeq } = parts;
  const { ops } = device;
  const { x, h, qkv, q, attended } = activations;
  const layer = model.layers[index]!;
  const { keys, values } = caches[index]!;
  const heads = spec.numHeads;
  const name = (op: string) => `layers.${index}.${op}`;
  return [
    ops.qkv(name("qkv"), {
      x,
      norm: { out: h, ...layer.attentionNorm, ...spec.norm },
      ...layer.qkv,
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
    ...bindMlp(parts, activations, layer, name),
  ];
}

function bindMlp(
  { spec, device: { ops } }: DecoderParts,
  { x, h, inner }: Activations,
  { mlp, mlpNorm }: LoadedLayer,
  name: (op: string) => string,
): Op[] {
  const { activation } = spec;
  const norm = { out: h, ...mlpNorm, ...spec.norm };
  const up =
    mlp.kind === "gated"
      ? ops.gatedLinear(name("gate_up"), { out: inner, x, norm, ...mlp.gateUp, activation })
      : ops.linear(name("up"), { out: inner, x, norm, ...mlp.up, activation, write: "store", rows: "tokens" });
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
