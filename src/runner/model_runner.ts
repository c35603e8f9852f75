import { assert } from "../base/assert.ts";
import type { Device, Op } from "../contracts/device.ts";
import type { ModelSpec } from "../contracts/model_spec.ts";
import {
  MAX_TOP_LOGPROBS,
  type Runner,
  type RunnerLimits,
  type StepInput,
  type StepOutput,
} from "../contracts/runner.ts";
import { bindDecoder, type LayerCache } from "./decoder.ts";
import { fingerprint } from "./fingerprint.ts";
import { KvBlocks } from "./kv_blocks.ts";
import type { LoadedModel } from "./load_weights.ts";
import type { MemoryPlan } from "./memory_plan.ts";
import { rotationTable } from "./rotation.ts";
import { allocateStepBuffers, type StepBuffers, writeStepInput } from "./step_buffers.ts";
import { outputRanges, stepOutput } from "./step_output.ts";

export interface ModelRunnerOptions {
  readonly maxBatchedTokens: number;
  readonly maxSequences: number;
  /** As FingerprintParts has it. */
  readonly version: string;
}

interface RunnerParts {
  readonly device: Device;
  readonly limits: RunnerLimits;
  readonly ops: readonly Op[];
  readonly buffers: StepBuffers;
  readonly kvBlocks: KvBlocks;
  readonly fingerprint: string;
}

/** Runs a loaded model on a device, one step at a time. Everything it needs exists before the first step. */
export class ModelRunner implements Runner {
  readonly limits: RunnerLimits;
  readonly blockBytes: number;
  readonly fingerprint: string;
  readonly #device: Device;
  readonly #ops: readonly Op[];
  readonly #buffers: StepBuffers;
  readonly #kvBlocks: KvBlocks;

  private constructor({ device, limits, ops, buffers, kvBlocks, fingerprint }: RunnerParts) {
    this.limits = limits;
    this.blockBytes = kvBlocks.blockBytes;
    this.fingerprint = fingerprint;
    this.#device = device;
    this.#ops = ops;
    this.#buffers = buffers;
    this.#kvBlocks = kvBlocks;
  }

  /** Allocates the KV cache and the activations, binds the decoder and compiles its kernels. */
  static async open(
    device: Device,
    spec: ModelSpec,
    model: LoadedModel,
    plan: MemoryPlan,
    options: ModelRunnerOptions,
  ): Promise<ModelRunner> {
    const { kv, maxModelLen, maxBlocksPerSeq } = plan;
    const limits: RunnerLimits = {
      maxRows: options.maxBatchedTokens,
      maxSequences: options.maxSequences,
      maxBlocksPerSeq,
      maxModelLen,
      vocabSize: spec.vocabSize,
      blockSize: kv.blockSize,
      numBlocks: kv.numBlocks - 1,
    };
    const buffers = allocateStepBuffers(device, limits);
    const caches = allocateCaches(device, spec, plan);
    const ops = bindDecoder({
      spec,
      model,
      device,
      kv,
      caches,
      step: buffers,
      ...uploadRotation(device, spec, maxModelLen),
      maxRows: limits.maxRows,
      maxSequences: limits.maxSequences,
      maxBlocksPerSeq,
    });
    await device.prepare(ops);
    return new ModelRunner({
      device,
      limits,
      ops,
      buffers,
      kvBlocks: new KvBlocks(device, caches, kv),
      fingerprint: fingerprint({ spec, weights: model.digest, device, kv, version: options.version }),
    });
  }

  async step(input: StepInput): Promise<StepOutput> {
    const { topLogprobs } = input;
    assert(topLogprobs <= MAX_TOP_LOGPROBS, `a sample has at most ${MAX_TOP_LOGPROBS} alternatives: ${topLogprobs}`);
    writeStepInput(this.#device, this.#buffers, input, this.limits.maxBlocksPerSeq);
    const shape = { ...input, topLogprobs: Math.min(topLogprobs, this.limits.vocabSize) };
    const results = outputRanges(this.#buffers, shape);
    return stepOutput(await this.#device.run(this.#ops, shape, results), shape);
  }

  readBlocks(blocks: readonly number[]): Promise<Uint8Array> {
    return this.#kvBlocks.read(blocks);
  }

  writeBlocks(blocks: readonly number[], bytes: Uint8Array): void {
    this.#kvBlocks.write(blocks, bytes);
  }

  /** Logits [samples, vocab] of the last step; for tests. */
  async readLogits(samples: number): Promise<Float32Array> {
    const bytes = samples * this.limits.vocabSize * 4;
    return new Float32Array((await this.#device.gather([{ buffer: this.#buffers.logits, offset: 0, bytes }])).buffer);
  }

  close(): void {
    this.#device.destroy();
  }
}

function allocateCaches(device: Device, spec: ModelSpec, { kv }: MemoryPlan): LayerCache[] {
  const bytes = kv.numBlocks * kv.blockSize * kv.kvHeads * kv.headDim * (kv.dtype === "f32" ? 4 : 2);
  return spec.layers.map((_, i) => ({
    keys: device.allocate(`layers.${i}.keys`, bytes),
    values: device.allocate(`layers.${i}.values`, bytes),
  }));
}

function uploadRotation(device: Device, spec: ModelSpec, maxModelLen: number) {
  if (spec.positions.kind !== "rope") return {};
  const table = rotationTable(spec.positions, maxModelLen);
  const rotation = device.allocate("rotation", table.byteLength);
  device.write(rotation, 0, table);
  return { rotation };
}
