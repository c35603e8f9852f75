import { z } from "zod";
import type { Positions } from "../src/contracts/model_spec.ts";
import { extent, flag, optional, positive, readFields, refuse } from "./config.ts";

/**
 * Rotary positions with the scaling variants of transformers: default, linear, llama3 and yarn. Reads both spellings:
 * `rope_theta` beside `rope_scaling` (transformers 4) and `rope_parameters` (transformers 5).
 */

const scaling = z.object(
  {
    rope_theta: positive.nullish(),
    rope_type: z.string("a string").nullish(),
    /** The older name of `rope_type`. */
    type: z.string("a string").nullish(),
    partial_rotary_factor: z.number("a number").nullish(),
    original_max_position_embeddings: extent.nullish(),
  },
  "an object",
);

const linearFields = z.object({ factor: positive });
const llama3Fields = z.object({ factor: positive, low_freq_factor: positive, high_freq_factor: positive });
const yarnFields = z.object({
  factor: positive.nullish(),
  attention_factor: positive.nullish(),
  beta_fast: optional(positive, 32),
  beta_slow: optional(positive, 1),
  mscale: z.number("a number").nullish(),
  mscale_all_dim: z.number("a number").nullish(),
  truncate: optional(flag, true),
});

export interface RopePositions {
  readonly positions: Positions;
  /** Longest sequence that the scaling allows. */
  readonly maxPositions: number;
}

/** `maxPositions` is config.json's `max_position_embeddings`. Throws ModelConfigError. */
export function ropePositions(
  config: Readonly<Record<string, unknown>>,
  headDim: number,
  maxPositions: number,
): RopePositions {
  if (headDim % 2 !== 0) refuse("head_dim", "an even number, since rotary positions turn pairs", headDim);
  const where = config.rope_parameters != null ? "rope_parameters" : "rope_scaling";
  const value = config[where] ?? {};
  const fields = readFields(scaling, value, where);
  const partial = fields.partial_rotary_factor ?? config.partial_rotary_factor ?? 1;
  if (partial !== 1) refuse("partial_rotary_factor", "1", partial);

  const theta = fields.rope_theta ?? readFields(optional(positive, 10000), config.rope_theta, "rope_theta");
  const original =
    readFields(extent.nullish(), config.original_max_position_embeddings, "original_max_position_embeddings") ??
    fields.original_max_position_embeddings ??
    maxPositions;
  const plain = inverseFrequencies(theta, headDim);

  const type = fields.rope_type ?? fields.type ?? "default";
  switch (type) {
    case "default":
      return rope(plain, 1, maxPositions);
    case "linear": {
      const { factor } = readFields(linearFields, value, where);
      return rope(
        plain.map((f) => f / factor),
        1,
        Math.floor(maxPositions * factor),
      );
    }
    case "llama3":
      return rope(llama3(plain, original, readFields(llama3Fields, value, where)), 1, maxPositions);
    case "yarn": {
      const given = readFields(yarnFields, value, where);
      const factor = given.factor ?? maxPositions / original;
      const frequencies = yarn(plain, theta, original, factor, given);
      return rope(frequencies, yarnAmplitude(factor, given), Math.floor(original * factor));
    }
    default:
      return refuse(`${where}.${fields.rope_type ? "rope_type" : "type"}`, "default, linear, llama3 or yarn", type);
  }
}

function rope(frequencies: Float64Array, amplitude: number, maxPositions: number): RopePositions {
  return { positions: { kind: "rope", inverseFrequencies: frequencies, amplitude }, maxPositions };
}

function inverseFrequencies(theta: number, headDim: number): Float64Array {
  return Float64Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim));
}

/** Long waves are stretched by `factor`, short ones kept, those between blended by how often they turn in `original`. */
function llama3(plain: Float64Array, original: number, fields: z.output<typeof llama3Fields>): Float64Array {
  const { factor, low_freq_factor: low, high_freq_factor: high } = fields;
  return plain.map((frequency) => {
    const turns = (original * frequency) / (2 * Math.PI);
    if (turns < low) return frequency / factor;
    if (turns > high) return frequency;
    const keep = (turns - low) / (high - low);
    return ((1 - keep) * frequency) / factor + keep * frequency;
  });
}

/** Blends along the pair's index, between the indices that turn `beta_fast` and `beta_slow` times in `original`. */
function yarn(
  plain: Float64Array,
  theta: number,
  original: number,
  factor: number,
  fields: z.output<typeof yarnFields>,
): Float64Array {
  const headDim = plain.length * 2;
  const indexTurning = (turns: number) =>
    (headDim * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const first = indexTurning(fields.beta_fast);
  const last = indexTurning(fields.beta_slow);
  const low = Math.max(fields.truncate ? Math.floor(first) : first, 0);
  const high = Math.min(fields.truncate ? Math.ceil(last) : last, headDim - 1);
  const span = high === low ? 0.001 : high - low;
  return plain.map((frequency, i) => {
    const stretch = Math.min(Math.max((i - low) / span, 0), 1);
    return (frequency / factor) * stretch + frequency * (1 - stretch);
  });
}

function yarnAmplitude(factor: number, fields: z.output<typeof yarnFields>): number {
  const scale = (mscale: number) => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  if (fields.attention_factor != null) return fields.attention_factor;
  if (fields.mscale && fields.mscale_all_dim) return scale(fields.mscale) / scale(fields.mscale_all_dim);
  return scale(1);
}
