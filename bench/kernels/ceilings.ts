import { defineKernel } from "../../kernels/define.ts";
import { MATRIX_EXTENSIONS, type MatrixUnit, unitConstants } from "../../kernels/lib/products.ts";
import type { DeviceBuffer, StepShape } from "../../src/contracts/device.ts";
import { Binder, type GpuOp } from "../../src/gpu/binder.ts";
import { Pipelines } from "../../src/gpu/pipelines.ts";
import { STEP_BYTES } from "../../src/gpu/recorder.ts";
import type { Clock } from "./clock.ts";
import source from "./fma.wgsl" with { type: "text" };
import matrixSource from "./matrix.wgsl" with { type: "text" };
import { measure } from "./measure.ts";
import type { Ceilings } from "./work.ts";

const fma = defineKernel({
  name: "fma",
  source,
  libs: [],
  constants: ["LANES", "UNROLLED", "CHAINS"],
  params: { turns: "u32" },
  buffers: { out: "read_write array<f32>" },
});

const matrix = defineKernel({
  name: "matrix",
  source: matrixSource,
  libs: [],
  constants: ["LANES", "RESULTS", "UNIT_M", "UNIT_N", "UNIT_K", "SUBGROUP_LANES"],
  extensions: MATRIX_EXTENSIONS,
  params: { turns: "u32" },
  buffers: { out: "read_write array<f32>" },
});

export interface MeasuredCeilings extends Ceilings {
  /** Seconds that a dispatch of one workgroup takes which computes nothing. */
  readonly dispatch: number;
  /** Chains a lane of the fastest multiplication. */
  readonly chains: number;
}

const STEP: StepShape = {
  rows: 1,
  decodeRows: 1,
  samples: 0,
  copies: 0,
  maxContext: 1,
  filtered: 0,
  edits: 0,
  topLogprobs: -1,
};
const LANES = 64;
/** Workgroups that fill the device many times over. */
const GROUPS = { cpu: 256, gpu: 4096 };
/** Bytes far beyond any cache. */
const COPIED = { cpu: 128 << 20, gpu: 512 << 20 };
const UNROLLED = 16;
const TURNS = 16;
/** Accumulators that a subgroup keeps busy at once, and products of each. */
const RESULTS = 8;
const MATRIX_TURNS = { cpu: 4, gpu: 256 };

/**
 * Measures what the device gives at best, not in the middle: a ceiling.
 *
 * @param budget seconds for each measurement
 */
export async function measureCeilings(clock: Clock, budget: number): Promise<MeasuredCeilings> {
  const { raw } = clock;
  const kind = clock.device.info.isCpu ? "cpu" : "gpu";
  const outputs = LANES * GROUPS[kind];
  const pipelines = new Pipelines(raw);
  const uniform = raw.createBuffer({ size: STEP_BYTES, usage: GPUBufferUsage.UNIFORM });
  const limits = {
    maxBytes: outputs * 4,
    alignment: 256,
    maxStorageBuffers: 8,
    maxWorkgroupBytes: raw.limits.maxComputeWorkgroupStorageSize,
    wgslFeatures: new Set<string>(),
  };
  const binder = new Binder(raw, pipelines, uniform, limits, (label, bytes) => clock.device.allocate(label, bytes));
  const out = clock.device.allocate("fma out", outputs * 4);
  const bound = (chains: number, turns: number, groups: number): GpuOp => ({
    name: "fma",
    dispatches: [
      {
        shader: binder.shader(fma, { constants: { LANES, UNROLLED, CHAINS: chains } }),
        group: binder.group("fma", fma, { turns }, { out }),
        grid: () => [groups, 1, 1],
      },
    ],
  });
  const nothing = bound(4, 0, 1);
  let multiply = 0;
  let best = 0;
  for (const chains of [4, 8, 16]) {
    const op = bound(chains, TURNS, GROUPS[kind]);
    await pipelines.compile(op.dispatches.map(({ shader }) => shader));
    const { fastest } = await measure(clock, [op], STEP, budget);
    const rate = (2 * chains * UNROLLED * TURNS * outputs) / fastest;
    if (rate > multiply) [multiply, best] = [rate, chains];
  }
  const { fastest: dispatch } = await measure(clock, [nothing], STEP, budget);
  let matrixRate: number | null = null;
  if (clock.unit) {
    const { unit } = clock;
    const turns = MATRIX_TURNS[kind];
    const op = boundMatrix(binder, unit, out, turns, GROUPS[kind]);
    await pipelines.compile(op.dispatches.map(({ shader }) => shader));
    const { fastest } = await measure(clock, [op], STEP, budget);
    const products = (RESULTS * turns * outputs) / unit.lanes;
    matrixRate = (2 * unit.m * unit.n * unit.k * products) / fastest;
  }
  return { copy: await copyRate(clock, COPIED[kind], budget), multiply, matrix: matrixRate, dispatch, chains: best };
}

function boundMatrix(binder: Binder, unit: MatrixUnit, out: DeviceBuffer, turns: number, groups: number): GpuOp {
  const constants = { LANES, RESULTS, ...unitConstants(unit) };
  const shader = binder.shader(matrix, { constants });
  const group = binder.group("matrix", matrix, { turns }, { out });
  return { name: "matrix", dispatches: [{ shader, group, grid: () => [groups, 1, 1] }] };
}

/** The better of each, since what disturbs a measurement only ever lowers it. */
export function higher(a: MeasuredCeilings, b: MeasuredCeilings): MeasuredCeilings {
  const { multiply, chains } = a.multiply >= b.multiply ? a : b;
  const matrix = a.matrix === null || b.matrix === null ? null : Math.max(a.matrix, b.matrix);
  return { copy: Math.max(a.copy, b.copy), multiply, matrix, chains, dispatch: Math.min(a.dispatch, b.dispatch) };
}

/** Bytes per second, those read and those written, of copies between two buffers of `bytes`. */
async function copyRate(clock: Clock, bytes: number, budget: number): Promise<number> {
  const { raw, device } = clock;
  const size = Math.min(bytes, device.maxBufferBytes);
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const [from, to] = [raw.createBuffer({ size, usage }), raw.createBuffer({ size, usage })];
  const copy = (times: number) => {
    const encoder = raw.createCommandEncoder();
    for (let i = 0; i < times; i++) encoder.copyBufferToBuffer(from, 0, to, 0, size);
    return clock.hostTime(encoder);
  };
  await copy(1); // Touches every page.
  const times = Math.max(1, Math.ceil(budget / 3 / (await copy(1))));
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) fastest = Math.min(fastest, await copy(times));
  from.destroy();
  to.destroy();
  return (2 * size * times) / fastest;
}
