import type { KvShape, Op, Ops, StepShape } from "../../src/contracts/device.ts";
import { MAX_TOP_LOGPROBS, maskWords, SAMPLING_WORDS } from "../../src/contracts/runner.ts";
import { Data } from "../../src/selftest/data.ts";
import { BLOCK_SIZE, type Shape } from "./cases.ts";
import type { Memory } from "./memory.ts";
import { workOf } from "./work.ts";

/** Operations of one shape, each with weights or a cache of its own, and the step that runs one of them. */
export interface Bound {
  readonly ops: readonly Op[];
  readonly step: StepShape;
}

/** Bytes that all instances may touch: more than a processor caches, little beside a device's memory. */
const INSTANCE_BYTES = 128 << 20;

type Of<Name extends Shape["op"]> = Extract<Shape, { op: Name }>;

/** Binds up to `instances` operations: fewer where they would touch more memory than is needed to outrun the caches. */
export function bind(ops: Ops, memory: Memory, shape: Shape, instances: number): Bound {
  const count = Math.max(1, Math.min(instances, Math.floor(INSTANCE_BYTES / workOf(shape).bytes)));
  const one = binder(ops, memory, shape);
  return { ops: Array.from({ length: count }, one), step: stepOf(shape) };
}

function stepOf(shape: Shape): StepShape {
  const rows = "rows" in shape ? shape.rows : 0;
  const { op } = shape;
  return {
    rows,
    decodeRows: op === "attention_prefill" ? 0 : rows,
    samples: rows,
    copies: op === "copy_blocks" ? shape.copies : 0,
    maxContext: "context" in shape ? shape.context : 1,
    filtered: op === "sample" && shape.filters ? rows : 0,
    edits: op === "edit_logits" ? rows * shape.edits : 0,
    topLogprobs: op === "logprobs" ? shape.top : -1,
  };
}

/** Allocates what all instances share, and returns what makes one. */
function binder(ops: Ops, memory: Memory, shape: Shape): () => Op {
  switch (shape.op) {
    case "embed":
      return embed(ops, memory, shape);
    case "norm":
      return norm(ops, memory, shape);
    case "linear":
      return linear(ops, memory, shape);
    case "gated_linear":
      return gatedLinear(ops, memory, shape);
    case "qkv":
      return qkv(ops, memory, shape);
    case "rope_write":
      return rope(ops, memory, shape);
    case "attention_decode":
    case "attention_prefill":
      return attention(ops, memory, shape);
    case "copy_blocks":
      return copyBlocks(ops, memory, shape);
    default:
      return onLogits(ops, memory, shape);
  }
}

function embed(ops: Ops, memory: Memory, { rows, vocab, width, dtype }: Of<"embed">) {
  const out = memory.random("out", "f32", rows * width);
  const tokenIds = memory.words("ids", new Data(rows).integers(rows, vocab));
  const table = memory.weight("table", dtype, vocab, width);
  return () => ops.embed("embed", { out, table, tokenIds });
}

function norm(ops: Ops, memory: Memory, { rows, width }: Of<"norm">) {
  const out = memory.random("out", "f32", rows * width);
  const x = memory.random("x", "f32", rows * width);
  const scale = memory.random("weight", "f32", width);
  return () => ops.norm("norm", { out, x, weight: scale, kind: "rms", epsilon: 1e-5, width });
}

function linear(ops: Ops, memory: Memory, { rows, inputs, outputs, dtype, add }: Of<"linear">) {
  const out = memory.random("out", "f32", rows * outputs);
  const x = memory.random("x", "f32", rows * inputs);
  return () =>
    ops.linear("linear", {
      out,
      x,
      weight: memory.weight("weight", dtype, outputs, inputs),
      activation: "none",
      write: add ? "add" : "store",
      rows: "tokens",
    });
}

function gatedLinear(ops: Ops, memory: Memory, { rows, inputs, inner, dtype }: Of<"gated_linear">) {
  const out = memory.random("out", "f32", rows * inner);
  const x = memory.random("x", "f32", rows * inputs);
  return () =>
    ops.gatedLinear("gated", {
      out,
      x,
      weight: memory.weight("weight", dtype, 2 * inner, inputs),
      activation: "silu",
    });
}

function qkv(ops: Ops, memory: Memory, shape: Of<"qkv">) {
  const { rows, inputs, dtype, heads, kvHeads, headDim } = shape;
  const outputs = (heads + 2 * kvHeads) * headDim;
  const rotated = rotation(memory, shape);
  const x = memory.random("x", "f32", rows * inputs);
  return () =>
    ops.qkv("qkv", {
      ...rotated,
      ...cache(memory, rotated.kv),
      x,
      weight: memory.weight("weight", dtype, outputs, inputs),
    });
}

function rope(ops: Ops, memory: Memory, shape: Of<"rope_write">) {
  const rotated = rotation(memory, shape);
  return () => ops.ropeAndWrite("rope", { ...rotated, ...cache(memory, rotated.kv) });
}

function rotation(memory: Memory, { rows, heads, kvHeads, headDim, kvDtype }: Of<"qkv"> | Of<"rope_write">) {
  const kv: KvShape = { dtype: kvDtype, numBlocks: rows, blockSize: BLOCK_SIZE, kvHeads, headDim };
  return {
    kv,
    heads,
    qkv: memory.random("qkv", "f32", rows * (heads + 2 * kvHeads) * headDim),
    q: memory.random("q", "f32", rows * heads * headDim),
    positions: memory.words("positions", new Data(rows).integers(rows, 1024)),
    slots: memory.words("slots", new Data(rows).shuffled(rows * BLOCK_SIZE).slice(0, rows)),
    rotation: memory.random("rotation", "f32", 1024 * headDim),
  };
}

function attention(ops: Ops, memory: Memory, shape: Of<"attention_decode"> | Of<"attention_prefill">) {
  const { op, rows, context, heads, kvHeads, headDim, kvDtype } = shape;
  const decode = op === "attention_decode";
  const blockSize = decode && shape.contiguous ? context : BLOCK_SIZE;
  const maxBlocksPerSeq = Math.ceil(context / blockSize);
  const numBlocks = (decode ? rows : 1) * maxBlocksPerSeq;
  const kv: KvShape = { dtype: kvDtype, numBlocks, blockSize, kvHeads, headDim };
  const indices = (of: (row: number) => number) => Uint32Array.from({ length: rows }, (_, row) => of(row));
  const shared = {
    out: memory.random("out", "f32", rows * heads * headDim),
    q: memory.random("q", "f32", rows * heads * headDim),
    positions: memory.words(
      "positions",
      indices((row) => (decode ? context - 1 : context - rows + row)),
    ),
    sequences: memory.words(
      "sequences",
      indices((row) => (decode ? row : 0)),
    ),
    blockTables: memory.words(
      "tables",
      blockSize === context ? indices((row) => row) : new Data(numBlocks).shuffled(numBlocks),
    ),
  };
  const scale = 1 / Math.sqrt(headDim);
  return () => ops.attention("attention", { ...shared, ...cache(memory, kv), kv, heads, scale, maxBlocksPerSeq });
}

function copyBlocks(ops: Ops, memory: Memory, { copies, caches, kvHeads, headDim, kvDtype }: Of<"copy_blocks">) {
  const kv: KvShape = { dtype: kvDtype, numBlocks: 2 * copies, blockSize: BLOCK_SIZE, kvHeads, headDim };
  const pairs = memory.words("copies", new Data(copies).shuffled(2 * copies));
  const pairsOfCaches = Array.from({ length: caches / 2 }, () => cache(memory, kv));
  const buffers = pairsOfCaches.flatMap(({ keys, values }) => [keys, values]);
  return () => ops.copyBlocks("copy_blocks", { caches: buffers, kv, copies: pairs });
}

function cache(memory: Memory, kv: KvShape) {
  return { keys: memory.cache("keys", kv), values: memory.cache("values", kv) };
}

function onLogits(ops: Ops, memory: Memory, shape: Of<"edit_logits"> | Of<"sample"> | Of<"logprobs">): () => Op {
  const { rows, vocab } = shape;
  const logits = memory.random("logits", "f32", rows * vocab);
  const ids = memory.words("ids", new Data(rows).integers(rows, vocab));
  if (shape.op === "sample") {
    const masks = memory.words("masks", new Uint32Array(maskWords(vocab)));
    const sampling = memory.words("sampling", samplingWords(rows, { filters: shape.filters, edits: 0 }));
    return () => ops.sample("sample", { out: ids, logits, vocab, sampling, masks });
  }
  if (shape.op === "logprobs") {
    const words = (label: string, count: number) => memory.words(label, new Uint32Array(count));
    const alternatives = rows * Math.min(MAX_TOP_LOGPROBS, vocab);
    const out = {
      chosen: words("chosen", rows),
      ranks: words("ranks", rows),
      topIds: words("top ids", alternatives),
      topLogprobs: words("top logprobs", alternatives),
    };
    return () => ops.logprobs("logprobs", { ...out, logits, tokenIds: ids, vocab });
  }
  const { edits } = shape;
  const pairs = new Uint32Array(2 * rows * edits);
  for (let i = 0; i < rows * edits; i++) pairs.set([Math.floor(((i % edits) * vocab) / edits), 1], 2 * i);
  const sampling = memory.words("sampling", samplingWords(rows, { filters: false, edits }));
  const args = { logits, vocab, sampling, edits: memory.words("edits", pairs) };
  const originals = memory.words("originals", new Uint32Array(rows * edits));
  return () => ops.editLogits("edit_logits", { ...args, originals, direction: "do" });
}

/** Sampling rows as in contracts/runner.ts; `edits` tokens a row are penalised for having occurred. */
function samplingWords(rows: number, { filters, edits }: { filters: boolean; edits: number }): Uint32Array {
  const words = new Uint32Array(rows * SAMPLING_WORDS);
  const floats = new Float32Array(words.buffer);
  for (let row = 0; row < rows; row++) {
    const at = row * SAMPLING_WORDS;
    floats[at] = filters ? 0.8 : 0;
    words[at + 1] = filters ? 50 : 0;
    floats[at + 2] = filters ? 0.9 : 1;
    words[at + 3] = row;
    floats.set([1.1, 0.1, 0.1], at + 8);
    words[at + 13] = row * edits;
    words[at + 15] = edits;
  }
  return words;
}
