import { z } from "zod";

/** config.json lacks a field, holds a value of the wrong kind, or asks for something Octavo does not compute. */
export class ModelConfigError extends Error {
  override name = "ModelConfigError";
}

/** Throws the one error of this folder: which field of config.json, what it must be, what it is. */
export function refuse(field: string, expected: string, received: unknown): never {
  throw new ModelConfigError(
    `Cannot use config.json: field "${field}": expected ${expected}: received ${JSON.stringify(received) ?? "nothing"}`,
  );
}

/** Parses `value` and names the first field at fault; `prefix` is the path of `value` inside config.json. */
export function readFields<T>(schema: z.ZodType<T>, value: unknown, prefix = ""): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const received = issue.path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown>)?.[key], value);
  return refuse([prefix, ...issue.path].filter((key) => key !== "").join("."), issue.message, received);
}

/** Extents stay below 2^31 so that products of two of them are exact. */
export const extent = z.int("a positive integer").min(1, "a positive integer").max(0x7fffffff, "an integer below 2^31");
export const layerCount = extent.max(1024, "at most 1024 layers");
export const positive = z.number("a positive number").positive("a positive number");
export const flag = z.boolean("true or false");

const tokenId = z.int("a token id").min(0, "a token id");
export const bosTokenId = tokenId.nullish().transform((id) => id ?? null);
export const eosTokenIds = z
  .union([tokenId, z.array(tokenId)], "a token id or a list of them")
  .nullish()
  .transform((ids) => (ids == null ? [] : [ids].flat()));

/** transformers' names of the activations that the kernels compute. */
export const activation = z
  .enum(["silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu"], "silu, gelu, gelu_pytorch_tanh or relu")
  .transform((name) => ACTIVATIONS[name]);

const ACTIVATIONS = {
  silu: "silu",
  swish: "silu",
  gelu: "gelu",
  gelu_new: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  relu: "relu",
} as const;

/** A field that transformers leaves out, or writes as null, when it holds `value`. */
export function optional<S extends z.ZodType>(schema: S, value: z.output<S>) {
  return schema.nullish().transform((given) => given ?? value);
}
