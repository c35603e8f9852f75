import type { KvDtype, WeightDtype } from "../../src/contracts/device.ts";

/** What of a model decides the shapes of its kernels. */
export interface Model {
  readonly name: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Width of the gated MLP. */
  readonly inner: number;
  readonly vocab: number;
}

/** LLaMA-shaped, embedding and head tied, named by their parameters. The last is Llama 3.2 1B. */
export const MODELS: readonly Model[] = [
  { name: "3M", layers: 6, hidden: 192, heads: 6, kvHeads: 2, headDim: 32, inner: 512, vocab: 4096 },
  { name: "27M", layers: 8, hidden: 512, heads: 8, kvHeads: 4, headDim: 64, inner: 1408, vocab: 8000 },
  { name: "107M", layers: 12, hidden: 768, heads: 12, kvHeads: 4, headDim: 64, inner: 2304, vocab: 32000 },
  { name: "1B", layers: 16, hidden: 2048, heads: 32, kvHeads: 8, headDim: 64, inner: 8192, vocab: 128256 },
];

export const ROWS: readonly number[] = [1, 4, 16, 64, 512];

/** What a product's weight is; w8a8: int8 that rounds the rows of its input to int8, too. */
export type WeightKind = WeightDtype | "w8a8";

/** The elements of a weight in memory. */
export function elementOf(kind: WeightKind): WeightDtype {
  return kind === "w8a8" ? "int8" : kind;
}

export const DTYPES: readonly WeightKind[] = ["f32", "f16", "bf16"];
/** Measured where they are asked for. */
export const QUANTIZED: readonly WeightKind[] = ["int8", "int4", "w8a8"];

/** More rows than this are one prompt, of which one row is sampled, and not as many sequences. */
const MOST_SEQUENCES = 64;
const DECODE_CONTEXTS: readonly number[] = [128, 1024];
/** Rows of a prefill chunk, and the context at its last row. */
const CHUNKS: readonly (readonly [rows: number, context: number])[] = [
  [64, 128],
  [64, 1024],
  [512, 512],
];
export const BLOCK_SIZE = 16;

/** Heads and KV cache of one layer. */
interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly kvDtype: KvDtype;
}

/** One operation of the device seam with all that its time hangs on. */
export type Shape =
  | {
      readonly op: "embed";
      readonly rows: number;
      readonly vocab: number;
      readonly width: number;
      readonly dtype: WeightKind;
    }
  | { readonly op: "norm"; readonly rows: number; readonly width: number }
  | {
      readonly op: "linear";
      readonly rows: number;
      readonly inputs: number;
      readonly outputs: number;
      readonly dtype: WeightKind;
      /** Added to what is there, as a residual. */
      readonly add: boolean;
    }
  | {
      readonly op: "gated_linear";
      readonly rows: number;
      readonly inputs: number;
      readonly inner: number;
      readonly dtype: WeightKind;
    }
  | ({ readonly op: "qkv"; readonly rows: number; readonly inputs: number; readonly dtype: WeightKind } & Heads)
  | ({ readonly op: "rope_write"; readonly rows: number } & Heads)
  /** Every row a sequence of its own, all of the same context. */
  | ({
      readonly op: "attention_decode";
      readonly rows: number;
      readonly context: number;
      /** Each sequence in one block, in order; absent: its blocks lie in random order. */
      readonly contiguous?: true;
    } & Heads)
  /** The last `rows` tokens of one sequence of `context`. */
  | ({ readonly op: "attention_prefill"; readonly rows: number; readonly context: number } & Heads)
  | ({ readonly op: "copy_blocks"; readonly copies: number; readonly caches: number } & Heads)
  | { readonly op: "edit_logits"; readonly rows: number; readonly vocab: number; readonly edits: number }
  | { readonly op: "sample"; readonly rows: number; readonly vocab: number; readonly filters: boolean }
  | { readonly op: "logprobs"; readonly rows: number; readonly vocab: number; readonly top: number };

/** A shape and where a model has it. */
export interface KernelCase {
  readonly model: string;
  /** The operation's place in the model, such as `qkv`. */
  readonly place: string;
  readonly shape: Shape;
  /** How many a step has, each with weights or a cache of its own, which a measurement goes through in turn. */
  readonly instances: number;
}

export interface Choice {
  readonly models: readonly Model[];
  readonly rows: readonly number[];
  readonly dtypes: readonly WeightKind[];
}

/** Every kernel of the chosen models. */
export function kernelCases({ models, rows, dtypes }: Choice): KernelCase[] {
  return models.flatMap((model) => {
    const { name, layers } = model;
    const inLayers = (place: string, shape: Shape) => ({ model: name, place, shape, instances: layers });
    const once = (place: string, shape: Shape) => ({ model: name, place, shape, instances: 1 });
    return [
      ...rows.flatMap((count) => dtypes.flatMap((dtype) => products(model, count, dtype, inLayers, once))),
      ...rows.flatMap((count) => inEveryLayer(model, count, dtypes, inLayers)),
      ...attention(model, rows, kvDtypes(dtypes), inLayers),
      ...rows.filter((count) => count <= MOST_SEQUENCES).flatMap((count) => head(model, count, once)),
      ...kvDtypes(dtypes).map((kvDtype) =>
        once("copy_blocks", { op: "copy_blocks", copies: 16, caches: 2 * layers, ...headsOf(model, kvDtype) }),
      ),
    ];
  });
}

type Place = (place: string, shape: Shape) => KernelCase;

function products(model: Model, rows: number, dtype: WeightKind, inLayers: Place, once: Place): KernelCase[] {
  const { hidden, heads, headDim, inner, vocab } = model;
  const linear = (inputs: number, outputs: number, add = false): Shape => ({
    op: "linear",
    rows,
    inputs,
    outputs,
    dtype,
    add,
  });
  return [
    ...kvDtypes([dtype]).map((kvDtype) =>
      inLayers("qkv", { op: "qkv", rows, inputs: hidden, dtype, ...headsOf(model, kvDtype) }),
    ),
    inLayers("o", linear(heads * headDim, hidden, true)),
    inLayers("gate_up", { op: "gated_linear", rows, inputs: hidden, inner, dtype }),
    inLayers("down", linear(inner, hidden, true)),
    ...(rows <= MOST_SEQUENCES ? [once("logits", linear(hidden, vocab))] : []),
    once("embed", { op: "embed", rows, vocab, width: hidden, dtype }),
  ];
}

function inEveryLayer(model: Model, rows: number, dtypes: readonly WeightKind[], inLayers: Place): KernelCase[] {
  return [
    { ...inLayers("norm", { op: "norm", rows, width: model.hidden }), instances: 2 * model.layers + 1 },
    ...kvDtypes(dtypes).map((kvDtype) => inLayers("rope", { op: "rope_write", rows, ...headsOf(model, kvDtype) })),
  ];
}

function attention(model: Model, rows: readonly number[], dtypes: readonly KvDtype[], inLayers: Place): KernelCase[] {
  const sequences = rows.filter((count) => count <= MOST_SEQUENCES);
  return dtypes.flatMap((kvDtype) => [
    ...DECODE_CONTEXTS.flatMap((context) =>
      sequences.flatMap((count) => {
        const decode = { op: "attention_decode", rows: count, context, ...headsOf(model, kvDtype) } as const;
        return [inLayers("decode", decode), inLayers("contiguous", { ...decode, contiguous: true })];
      }),
    ),
    ...CHUNKS.filter(([count]) => rows.includes(count)).map(([count, context]) =>
      inLayers("prefill", { op: "attention_prefill", rows: count, context, ...headsOf(model, kvDtype) }),
    ),
  ]);
}

function head({ vocab }: Model, rows: number, once: Place): KernelCase[] {
  return [
    once("greedy", { op: "sample", rows, vocab, filters: false }),
    once("top-k, top-p", { op: "sample", rows, vocab, filters: true }),
    once("penalties", { op: "edit_logits", rows, vocab, edits: 128 }),
    once("logprobs", { op: "logprobs", rows, vocab, top: 5 }),
  ];
}

/** The cache's dtypes beside weights of these: f32 beside f32, else f16. */
function kvDtypes(dtypes: readonly WeightKind[]): KvDtype[] {
  return [...new Set(dtypes.map((dtype) => (dtype === "f32" ? "f32" : "f16")))];
}

function headsOf({ heads, kvHeads, headDim }: Model, kvDtype: KvDtype): Heads {
  return { heads, kvHeads, headDim, kvDtype };
}
