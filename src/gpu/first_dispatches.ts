import type { Kernel } from "../../kernels/define.ts";
import type { Dispatch } from "./binder.ts";
import { Pipelines, type Shader } from "./pipelines.ts";
import { PollPace } from "./poll_pace.ts";

/** Node 20 does not say how many cores there are. */
const CORES = (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency ?? 2;
/** One for each other core; but each takes memory, and the longest compilation cannot be shared. */
const MOST_HELPERS = Math.min(3, CORES - 1);

/** Mesa writes to its cache in a thread that lets all others go first; who looks too early compiles once more. */
const CACHE_WRITTEN_MS = 50;

export interface Helpers {
  /** Opens another device of the same adapter. */
  readonly open: () => Promise<GPUDevice>;
  readonly most?: number;
  /** They are opened where first dispatches take longer than so many ms, which finding the machine code does not. */
  readonly afterMs?: number;
}

/** A shader's pipeline, and buffers to bind. */
type Bound = Pick<Dispatch, "group"> & { readonly pipeline: GPUComputePipeline };

/**
 * Dispatches each shader once, with no workgroups: software adapters compile a pipeline for their CPU only then, on the
 * one thread of the device's queue. Where that takes long, other devices compile a part of the shaders meanwhile, and this
 * one finds the code in the driver's cache on disk; without such a cache it compiles them once more.
 *
 * @param dispatches one of each shader, with its pipeline
 * @returns whether it took no longer than finding machine code does
 */
export async function firstDispatches(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  { open, most = MOST_HELPERS, afterMs = 100 }: Helpers,
): Promise<boolean> {
  // What takes longest is begun first: begun last, it would be waited for alone.
  const waiting = longestLast(dispatches);
  const helped: Dispatch[] = [];
  const help = async () => {
    const helper = await open();
    try {
      const pipelines = new Pipelines(helper);
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        helped.push(next);
        await dispatchNone(helper, [await boundElsewhere(helper, pipelines, next.shader)]);
      }
    } finally {
      helper.destroy();
    }
  };
  let helpers: Promise<unknown> | undefined;
  const late = setTimeout(() => {
    // What a helper fails to do is done below.
    helpers = Promise.allSettled(Array.from({ length: Math.min(most, waiting.length) }, help));
  }, afterMs);
  try {
    for (let next = waiting.pop(); next; next = waiting.pop()) await dispatchNone(device, [bound(next)]);
  } finally {
    clearTimeout(late);
  }
  await helpers;
  if (helped.length > 0) {
    await sleep(CACHE_WRITTEN_MS);
    await dispatchNone(device, helped.map(bound));
  }
  return helpers === undefined;
}

/**
 * The same for what is not yet needed, beside the device's steps: it only gets what a helper has compiled. Whoever needs it
 * earlier waits as for any first dispatch.
 */
export async function laterDispatches(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  open: Helpers["open"],
): Promise<void> {
  let gone = false;
  device.lost.then(() => {
    gone = true;
  });
  const helper = await open();
  try {
    const pipelines = new Pipelines(helper);
    for (const next of longestLast(dispatches).toReversed()) {
      if (!gone) await dispatchNone(helper, [await boundElsewhere(helper, pipelines, next.shader)]);
      await sleep(4 * CACHE_WRITTEN_MS);
      if (!gone) await dispatchNone(device, [bound(next)]);
    }
  } finally {
    helper.destroy();
  }
}

/** By their texts, which tell how long they take to compile. */
function longestLast(dispatches: readonly Dispatch[]): Dispatch[] {
  return dispatches.toSorted((a, b) => a.shader.code.length - b.shader.code.length);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function bound({ shader, group }: Dispatch): Bound {
  return { pipeline: shader.pipeline!, group };
}

/** The shader on another device, with buffers that nobody reads or writes. */
async function boundElsewhere(device: GPUDevice, pipelines: Pipelines, { name, code, kernel }: Shader): Promise<Bound> {
  const shader: Shader = { name, code, kernel };
  await pipelines.compile([shader]);
  return { pipeline: shader.pipeline!, group: emptyGroup(device, pipelines, kernel) };
}

function emptyGroup(device: GPUDevice, pipelines: Pipelines, kernel: Kernel): GPUBindGroup {
  const { UNIFORM, STORAGE } = GPUBufferUsage;
  const usages = [UNIFORM, UNIFORM, ...Object.keys(kernel.buffers).map(() => STORAGE)];
  const entries = usages.map((usage, binding) => ({
    binding,
    resource: { buffer: device.createBuffer({ label: "nothing", size: 256, usage }) },
  }));
  return device.createBindGroup({ label: kernel.name, layout: pipelines.layout(kernel), entries });
}

/** Waits until they are done. */
async function dispatchNone(device: GPUDevice, all: readonly Bound[]): Promise<void> {
  // A direct dispatch of no workgroups makes Dawn print a warning.
  const none = device.createBuffer({ label: "no workgroups", size: 12, usage: GPUBufferUsage.INDIRECT });
  const encoder = device.createCommandEncoder({ label: "first dispatches" });
  const pass = encoder.beginComputePass();
  for (const { pipeline, group } of all) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroupsIndirect(none, 0);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
  await new PollPace().wait(() => device.queue.onSubmittedWorkDone());
}
