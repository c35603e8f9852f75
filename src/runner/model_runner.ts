import { assert } from "../base/assert.ts";
import { type BufferRange, type Device, kvBlockBytes, type Op, type StepShape } from "../contracts/device.ts";
import type { ModelSpec } from "../contracts/model_spec.ts";
import {
  MAX_TOP_LOGPROBS,
  type Runner,
  type RunnerLimits,
  type StepInput,
  type StepOutput,
} from "../contracts/runner.ts";
import { bindDecoder, type Decoder, type LayerCache } from "./decoder.ts";
import { fingerprint } from "./fingerprint.ts";
import { KvBlocks } from "./kv_blocks.ts";
import type { LoadedModel } from "./load_weights.ts";
import type { MemoryPlan } from "./memory_plan.ts";
import { editCapacity, type Pass, passesOf } from "./passes.ts";
import { rotationTable } from "./rotation.ts";
import { allocateStepBuffers, type StepBuffers, writeMasks, writeSamples, writeStepInput } from "./step_buffers.ts";
import { hiddenRanges, hiddenStates, joinOutputs, outputRanges, stepOutput } from "./step_output.ts";

export interface ModelRunnerOptions {
  readonly maxBatchedTokens: number;
  readonly maxSequences: number;
  /** As FingerprintParts has it. */
  readonly version: string;
  /** Called once the kernels are compiled. */
  readonly onPrepared?: () => void;
}

const ONE_ROW = {
  rows: 1,
  decodeRows: 1,
  samples: 1,
  copies: 0,
  maxContext: 1,
  filtered: 0,
  edits: 0,
  topLogprobs: -1,
};

/** A decode and a prompt: what only few requests ask for is not among them. */
const USUAL_STEPS: readonly StepShape[] = [ONE_ROW, { ...ONE_ROW, rows: 16, decodeRows: 0 }];

interface RunnerParts {
  readonly device: Device;
  readonly limits: RunnerLimits;
  readonly decoder: Decoder;
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
  readonly #decoder: Decoder;
  readonly #buffers: StepBuffers;
  readonly #kvBlocks: KvBlocks;

  private constructor({ device, limits, decoder, buffers, kvBlocks, fingerprint }: RunnerParts) {
    this.limits = limits;
    this.blockBytes = kvBlocks.blockBytes;
    this.fingerprint = fingerprint;
    this.#device = device;
    this.#decoder = decoder;
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
    const decoder = bindDecoder({
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
    await device.prepare([...decoder.layers, ...decoder.head, ...decoder.norm], USUAL_STEPS);
    options.onPrepared?.();
    return new ModelRunner({
      device,
      limits,
      decoder,
      buffers,
      kvBlocks: new KvBlocks(device, caches, kv),
      fingerprint: fingerprint({ spec, weights: await model.digest, device, kv, version: options.version }),
    });
  }

  async step(input: StepInput): Promise<StepOutput> {
    const { vocabSize, maxSequences } = this.limits;
    const asked = input.topLogprobs;
    assert(asked <= MAX_TOP_LOGPROBS, `a sample has at most ${MAX_TOP_LOGPROBS} alternatives: ${asked}`);
    writeStepInput(this.#device, this.#buffers, input, this.limits);
    const topLogprobs = Math.min(asked, vocabSize);
    const { layers, norm, head } = this.#decoder;
    const hidden = hiddenRanges(this.#decoder, input);
    const body = hidden.length > 0 ? [...layers, ...norm] : layers;
    const [first, ...others] = passesOf(input, maxSequences, editCapacity(this.limits)) as [Pass, ...Pass[]];
    let output = input.masksReady
      ? await this.#runBeforeMasks(body, input, first, topLogprobs, hidden)
      : await this.#runWhole(body, input, first, topLogprobs, hidden);
    for (const pass of others) output = joinOutputs(output, await this.#run(head, input, pass, topLogprobs));
    return output;
  }

  #runWhole(body: readonly Op[], input: StepInput, pass: Pass, topLogprobs: number, hidden: readonly BufferRange[]) {
    writeMasks(this.#device, this.#buffers, input, this.limits);
    return this.#run([...body, ...this.#decoder.head], input, pass, topLogprobs, hidden);
  }

  /** The device works on the model while the host's masks are awaited. */
  async #runBeforeMasks(
    body: readonly Op[],
    input: StepInput,
    pass: Pass,
    topLogprobs: number,
    hidden: readonly BufferRange[],
  ): Promise<StepOutput> {
    const shape = { ...input, samples: pass.samples, edits: pass.edits, filtered: pass.filtered, topLogprobs };
    const ran = this.#device.run(body, shape, []);
    const [output] = await Promise.all([
      input.masksReady!.then(() => this.#runWhole([], input, pass, topLogprobs, hidden)),
      ran,
    ]);
    return output;
  }

  /** Runs the operations with one pass of the step's samples, and reads the hidden states there are to read. */
  async #run(
    ops: readonly Op[],
    input: StepInput,
    pass: Pass,
    topLogprobs: number,
    hidden: readonly BufferRange[] = [],
  ): Promise<StepOutput> {
    writeSamples(this.#device, this.#buffers, input, pass);
    const shape = { ...input, samples: pass.samples, edits: pass.edits, filtered: pass.filtered, topLogprobs };
    const bytes = await this.#device.run(ops, shape, [...outputRanges(this.#buffers, shape), ...hidden]);
    const output = stepOutput(bytes, shape);
    return hidden.length === 0 ? output : { ...output, hidden: hiddenStates(bytes, hidden, this.#decoder.hiddenSize) };
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
  const bytes = kv.numBlocks * kvBlockBytes(kv);
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
