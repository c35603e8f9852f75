import type { LinearSlot, ModelSpec, NormSlot, TensorSlot } from "../src/contracts/model_spec.ts";

/** The tensor `name` with the shape it must have. */
export function tensor(name: string, ...shape: number[]): TensorSlot {
  return { name, shape };
}

/** A matrix product module: `name.weight` [out, in] and, where it has one, `name.bias` [out]. */
export function linear(name: string, out: number, input: number, biased: boolean): LinearSlot {
  const weight = tensor(`${name}.weight`, out, input);
  return biased ? { weight, bias: tensor(`${name}.bias`, out) } : { weight };
}

/** `name.weight` [width]: RMSNorm. */
export function rmsNorm(name: string, width: number): NormSlot {
  return { weight: tensor(`${name}.weight`, width) };
}

/** `name.weight` and `name.bias` [width]: LayerNorm. */
export function layerNorm(name: string, width: number): NormSlot {
  return { weight: tensor(`${name}.weight`, width), bias: tensor(`${name}.bias`, width) };
}

/** The logits' matrix: `lm_head`, or the embedding itself, which some checkpoints save under that name alone. */
export function headOrTied(
  tied: boolean,
  embedding: string,
  vocab: number,
  width: number,
): Pick<ModelSpec, "head" | "renames"> {
  if (tied) return { renames: [{ from: "lm_head.weight", to: embedding }] };
  return { head: linear("lm_head", vocab, width, false), renames: [] };
}
