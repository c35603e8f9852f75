import type { Device, Op } from "../contracts/device.ts";
import type { ModelSpec } from "../contracts/model_spec.ts";
import type { Runner, RunnerLimits, StepInput } from "../contracts/runner.ts";
import { bindDecoder, type LayerCache } from "./decoder.ts";
import type { LoadedModel } from "./load_weights.ts";
import type { MemoryPlan } from "./memory_plan.ts";
import { rotationTable } from "./rotation.ts";
import { allocateStepBuffers, type StepBuffers, writeStepInput } from "./step_buffers.ts";

export interface ModelRunnerOptions {
  readonly maxBatchedTokens: number;
  readonly maxSequences: number;
}

/** Runs a loaded model on a device, one step at a time. Everything it needs exists before the first step. */
export class ModelRunner implements Runner {
  readonly limits: RunnerLimits;
  readonly #device: Device;
  readonly #ops: readonly Op[];
  readonly #buffers: StepBuffers;

  private constructor(device: Device, limits: RunnerLimits, ops: readonly Op[], buffers: StepBuffers) {
    this.#device = device;
    this.limits = limits;
    this.#ops = ops;
    this.#buffers = buffers;
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
    const ops = bindDecoder({
      spec,
      model,
      device,
      kv,
      caches: allocateCaches(device, spec, plan),
      step: buffers,
      ...uploadRotation(device, spec, maxModelLen),
      maxRows: limits.maxRows,
      maxSequences: limits.maxSequences,
      maxBlocksPerSeq,
    });
    await device.prepare(ops);
    return new ModelRunner(device, limits, ops, buffers);
  }

  async step(input: StepInput): Promise<Uint32Array> {
    writeStepInput(this.#device, this.#buffers, input, this.limits.maxBlocksPerSeq);
    return this.#device.run(this.#ops, input, this.#buffers.sampledIds);
  }

  /** Logits [samples, vocab] of the last step; for tests. */
  async readLogits(samples: number): Promise<Float32Array> {
    const bytes = await this.#device.read(this.#buffers.logits, 0, samples * this.limits.vocabSize * 4);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
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
