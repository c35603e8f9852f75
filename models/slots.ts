import type { LinearSlot, NormSlot, TensorSlot } from "../src/contracts/model_spec.ts";

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
