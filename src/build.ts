import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { eosTokenIds } from "../models/config.ts";
import { parseModel } from "../models/registry.ts";
import { ConfigError, type ServeConfig } from "./config.ts";
import type { Device, KvDtype } from "./contracts/device.ts";
import type { ModelSpec } from "./contracts/model_spec.ts";
import { type Checkpoint, CheckpointError } from "./contracts/weights.ts";
import { Engine } from "./engine/engine.ts";
import { ADMISSION_HEADROOM } from "./engine/scheduler.ts";
import { runtime } from "./host.ts";
import { DiskPrefixStore } from "./prefix_store/disk_prefix_store.ts";
import type { AttentionShape } from "./runner/block_size.ts";
import type { LoadProgress } from "./runner/load_weights.ts";
import { type MemoryPlan, planMemory } from "./runner/memory_plan.ts";
import { ModelRunner } from "./runner/model_runner.ts";
import { layOutWeights } from "./runner/weights_layout.ts";
import { StartupBudget, throughput } from "./startup_budget.ts";
import { VERSION } from "./version.ts";
import { openCheckpoint } from "./weights/checkpoint.ts";
import { weightDtype } from "./weights/dtype.ts";
import { checkFit } from "./weights/fit.ts";
import { readOptionalJson } from "./weights/json.ts";

const log = getLogger(["octavo", "prefix-cache"]);

/** The composition root: settings and a checkpoint become a device, a runner and an engine. */

/** The part of the settings that shapes the engine. */
export type EngineConfig = Pick<
  ServeConfig,
  | "maxModelLen"
  | "blockSize"
  | "numGpuBlocksOverride"
  | "kvCacheMemory"
  | "maxNumSeqs"
  | "maxNumBatchedTokens"
  | "longPrefillTokenThreshold"
  | "schedulingPolicy"
  | "enableChunkedPrefill"
  | "asyncScheduling"
  | "speculativeConfig"
  | "preemptionMode"
  | "swapSpace"
  | "enablePrefixCaching"
  | "prefixCacheDir"
  | "prefixCacheDirSize"
  | "dtype"
  | "quantization"
  | "kvCacheDtype"
  | "maxNumQueuedReqs"
>;

export interface BuiltEngine {
  readonly engine: Engine;
  readonly runner: ModelRunner;
  /** Where --prefix-cache-dir asks for it. */
  readonly prefixStore: DiskPrefixStore | null;
  readonly spec: ModelSpec;
  readonly plan: MemoryPlan;
  /** Bytes of all weights in device memory. */
  readonly weightBytes: number;
  /** Tokens that end an output. */
  readonly eosTokenIds: readonly number[];
}

/** Where nothing is measured: vLLM's default, and best or near it for both workloads of the paper (section 7.2). */
const AUTO_BLOCK_SIZE = 16;

/** WebGPU cannot say how much memory is free, so the default is modest and --kv-cache-memory asks for more. */
const DEFAULT_KV_BYTES = 1024 ** 3;

export type DeviceConfig = Pick<ServeConfig, "device" | "adapter"> & Partial<Pick<ServeConfig, "subgroupMatrix">>;

/** "auto" is the GPU: the reference device is hundreds of times slower and nobody should get it unasked. */
export async function openDevice({ device, adapter, subgroupMatrix }: DeviceConfig): Promise<Device> {
  if (device === "reference") {
    const { openReferenceDevice } = await import("./reference/device.ts");
    return openReferenceDevice();
  }
  const { openGpuDevice } = await import("./gpu/device.ts");
  return openGpuDevice({ adapter, subgroupMatrix });
}

/**
 * Loads a model directory onto a device and starts its engine.
 *
 * @param autoBlockSize what `--block-size auto` is; asked only where nothing else decides it
 * @param budget takes the times of the phases
 */
export async function buildEngine(
  directory: string,
  device: Device,
  config: EngineConfig,
  onProgress: (progress: LoadProgress) => void = () => {},
  autoBlockSize: (shape: AttentionShape) => Promise<number> = async () => AUTO_BLOCK_SIZE,
  budget = new StartupBudget(() => performance.now()),
): Promise<BuiltEngine> {
  const opened = await budget.phase("checkpoint", () => openCheckpoint(directory));
  let digest: Promise<string> | undefined;
  try {
    const spec = parseModel(opened.config);
    const checkpoint = checkFit(spec, opened);
    const kvDtype = config.kvCacheDtype === "auto" ? kvDtypeFor(spec, checkpoint, config) : config.kvCacheDtype;
    const plan = planMemory(spec, {
      kvCacheBytes: config.kvCacheMemory ?? null,
      numBlocks: config.numGpuBlocksOverride ?? null,
      defaultKvBytes: DEFAULT_KV_BYTES,
      blockSize: await blockSizeFor(spec, device, config, kvDtype, autoBlockSize),
      kvDtype,
      maxSequences: config.maxNumSeqs,
      maxModelLen: config.maxModelLen ?? null,
      maxBufferBytes: device.maxBindingBytes,
    });
    const weights = await layOutWeights(spec, checkpoint, device, config);
    const bytes = [...checkpoint.tensors.values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
    const began = performance.now();
    // The kernels are compiled in threads of their own; what goes wrong here is thrown where the runner awaits it.
    digest = budget.phase("weights", () => weights.fill(onProgress), throughput(bytes));
    digest.catch(() => {});
    // With all sequences running, at least one can draft.
    const maxSamples = config.maxNumSeqs + (config.speculativeConfig?.maxDraft ?? 0);
    const runner = await ModelRunner.open(device, spec, { ...weights.parts, digest }, plan, {
      maxBatchedTokens: config.maxNumBatchedTokens,
      maxSequences: maxSamples,
      version: `${VERSION} ${runtime.name}`,
      onPrepared: () => budget.add("pipelines", (performance.now() - began) / 1000),
    });
    const prefixStore = await openPrefixStore(config, runner);
    const endIds = [...new Set([...spec.eosTokenIds, ...(await generationEosTokenIds(directory))])];
    const engine = new Engine(runner, {
      maxBatchedTokens: config.maxNumBatchedTokens,
      maxSequences: config.maxNumSeqs,
      longPrefillThreshold: config.longPrefillTokenThreshold,
      policy: config.schedulingPolicy,
      headroom: ADMISSION_HEADROOM,
      chunkedPrefill: config.enableChunkedPrefill,
      asyncScheduling: config.asyncScheduling,
      sharesHost: device.sharesHost,
      ...(config.speculativeConfig && { promptLookup: config.speculativeConfig, maxSamples }),
      eosTokenIds: endIds,
      maxQueuedRequests: config.maxNumQueuedReqs,
      preemptionMode: config.preemptionMode,
      swapSpace: config.swapSpace,
      prefixCaching: config.enablePrefixCaching,
      ...(prefixStore && { prefixStore }),
      now: () => performance.now(),
    });
    return { engine, runner, prefixStore, spec, plan, weightBytes: weights.parts.bytes, eosTokenIds: endIds };
  } finally {
    // Nobody reads it any more once this is over, also where the runner could not be opened.
    await digest?.catch(() => {});
    await opened.close();
  }
}

/** A number of blocks is a size of memory only with a fixed block size; the reference device is alike at all of them. */
function blockSizeFor(
  { numHeads, numKvHeads, headDim, maxPositions }: ModelSpec,
  device: Device,
  { blockSize, numGpuBlocksOverride }: EngineConfig,
  kvDtype: KvDtype,
  autoBlockSize: (shape: AttentionShape) => Promise<number>,
): number | Promise<number> {
  if (blockSize !== "auto") return Number(blockSize);
  if (device.kind === "reference" || numGpuBlocksOverride !== undefined) return AUTO_BLOCK_SIZE;
  return autoBlockSize({ heads: numHeads, kvHeads: numKvHeads, headDim, kvDtype, maxPositions });
}

async function openPrefixStore(
  { prefixCacheDir, prefixCacheDirSize }: EngineConfig,
  runner: ModelRunner,
): Promise<DiskPrefixStore | null> {
  if (prefixCacheDir === undefined) return null;
  const warn = (sentence: string) => log.warn("{sentence}", { sentence });
  const options = { maxBytes: prefixCacheDirSize, warn, now: () => Date.now() };
  return DiskPrefixStore.open(prefixCacheDir, runner, options).catch((error: Error) => {
    throw new ConfigError(`Cannot use --prefix-cache-dir ${prefixCacheDir}: ${error.message}`);
  });
}

/** A model in f32 asks for an f32 cache; halving the precision of a 16-bit model's cache would change nothing much. */
function kvDtypeFor(spec: ModelSpec, checkpoint: Checkpoint, { dtype, quantization }: EngineConfig): KvDtype {
  if (quantization !== "none") return "f16";
  const weights = dtype === "auto" ? weightDtype(checkpoint.tensors.get(spec.embedding.name)!.dtype) : dtype;
  return weights === "f32" ? "f32" : "f16";
}

/** Chat models often name their end of turn only in generation_config.json. */
async function generationEosTokenIds(directory: string): Promise<number[]> {
  const file = "generation_config.json";
  const stored = (await readOptionalJson(directory, file))?.eos_token_id;
  const parsed = eosTokenIds.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new CheckpointError(
    `Cannot use ${join(directory, file)}: eos_token_id must be a token id or a list of them: received ${JSON.stringify(stored)}`,
  );
}
