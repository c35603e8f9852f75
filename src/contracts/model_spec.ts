import type { Activation } from "./device.ts";

/**
 * What a model is: plain data in slots. A file in `models/` turns a Hugging Face config.json into a ModelSpec; the
 * loader and the decoder read only this and never ask a model's name.
 */

/** A tensor of the checkpoint: its name and the shape it must have. */
export interface TensorSlot {
  readonly name: string;
  readonly shape: readonly number[];
}

/** y = xWᵀ + b; weight [out, in], bias [out]. */
export interface LinearSlot {
  readonly weight: TensorSlot;
  readonly bias?: TensorSlot;
}

export interface NormSlot {
  readonly weight: TensorSlot;
  readonly bias?: TensorSlot;
}

export type MlpSlot =
  | { readonly kind: "gated"; readonly gate: LinearSlot; readonly up: LinearSlot; readonly down: LinearSlot }
  | { readonly kind: "plain"; readonly up: LinearSlot; readonly down: LinearSlot };

export interface LayerSlots {
  readonly attentionNorm: NormSlot;
  readonly q: LinearSlot;
  readonly k: LinearSlot;
  readonly v: LinearSlot;
  readonly o: LinearSlot;
  readonly mlpNorm: NormSlot;
  readonly mlp: MlpSlot;
}

export type Positions =
  /** Rotary, split halves (Hugging Face layout): pair (i, i + headDim/2) turns by position * inverseFrequencies[i]. */
  | { readonly kind: "rope"; readonly inverseFrequencies: Float64Array; readonly amplitude: number }
  /** Learned table; row `position + offset`. */
  | { readonly kind: "learned"; readonly table: TensorSlot; readonly offset: number };

export interface ModelSpec {
  readonly architecture: string;
  readonly hiddenSize: number;
  readonly innerSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  /** Longest sequence in tokens that the positions allow. */
  readonly maxPositions: number;
  readonly norm: { readonly kind: "rms" | "layer"; readonly epsilon: number };
  readonly activation: Activation;
  readonly positions: Positions;
  readonly embedding: TensorSlot;
  readonly layers: readonly LayerSlots[];
  readonly finalNorm: NormSlot;
  /** Absent: the embedding table is the head (tied). */
  readonly head?: LinearSlot;
  /**
   * Other spellings found in checkpoints: a tensor whose name starts with `from` fills the slot that starts with `to`,
   * unless the checkpoint has that one too. `checkFit` returns the checkpoint under the slots' names.
   */
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  readonly bosTokenId: number | null;
  readonly eosTokenIds: readonly number[];
}

/** Parses a config.json value; throws ModelConfigError naming the field. */
export type ModelParser = (config: Readonly<Record<string, unknown>>) => ModelSpec;
