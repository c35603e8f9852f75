import { createHash } from "node:crypto";
import type { Device, KvShape } from "../contracts/device.ts";
import type { ModelSpec } from "../contracts/model_spec.ts";

/** Raised whenever kernels add in another order: blocks of before have other bits. */
const ARITHMETIC = 2;

export interface FingerprintParts {
  readonly spec: ModelSpec;
  /** LoadedModel's digest. */
  readonly weights: string;
  readonly device: Device;
  readonly kv: KvShape;
  /** Octavo and the runtime whose cosines fill the tables: others may differ in the last bits. */
  readonly version: string;
}

/** Names everything that the bytes of a KV block depend on beside its tokens; the number of blocks is not among it. */
export function fingerprint({ spec, weights, device, kv, version }: FingerprintParts): string {
  const { dtype, blockSize, kvHeads, headDim } = kv;
  const parts = [
    ARITHMETIC,
    version,
    device.kind,
    device.identity,
    spec,
    weights,
    { dtype, blockSize, kvHeads, headDim },
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
