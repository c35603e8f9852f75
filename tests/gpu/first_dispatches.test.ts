import { expect, test } from "bun:test";
import { copyBlocks } from "../../kernels/copy_blocks.ts";
import { logprobs } from "../../kernels/logprobs.ts";
import { norm } from "../../kernels/norm.ts";
import { firstDispatches, laterDispatches } from "../../src/gpu/first_dispatches.ts";
import { Pipelines } from "../../src/gpu/pipelines.ts";
import { openAdapter } from "../../src/gpu/runtime.ts";
import { describeGpu } from "./devices.ts";

async function openDevice(): Promise<GPUDevice> {
  return (await openAdapter()).requestDevice();
}

/** A device that counts the dispatches it was given. */
async function counting(): Promise<{ readonly device: GPUDevice; dispatches: number; lost: boolean }> {
  const device = await openDevice();
  const counted = { device, dispatches: 0, lost: false };
  device.lost.then(() => {
    counted.lost = true;
  });
  const create = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = create(descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (passDescriptor) => {
      const pass = begin(passDescriptor);
      const dispatch = pass.dispatchWorkgroupsIndirect.bind(pass);
      pass.dispatchWorkgroupsIndirect = (buffer, offset) => {
        counted.dispatches++;
        dispatch(buffer, offset);
      };
      return pass;
    };
    return encoder;
  };
  return counted;
}

async function dispatchesOn(device: GPUDevice) {
  const pipelines = new Pipelines(device);
  const shaders = [norm, logprobs, copyBlocks].map((kernel) => pipelines.shader(kernel, {}));
  await pipelines.compile(shaders);
  return shaders.map((shader) => {
    const { UNIFORM, STORAGE } = GPUBufferUsage;
    const usages = [UNIFORM, UNIFORM, ...Object.keys(shader.kernel.buffers).map(() => STORAGE)];
    const entries = usages.map((usage, binding) => ({
      binding,
      resource: { buffer: device.createBuffer({ size: 256, usage }) },
    }));
    const layout = pipelines.layout(shader.kernel);
    return { shader, group: device.createBindGroup({ layout, entries }), grid: () => [1, 1, 1] as const };
  });
}

describeGpu("first dispatches", () => {
  test("where they are quick, nobody helps", async () => {
    const own = await counting();
    const dispatches = await dispatchesOn(own.device);
    const open = () => Promise.reject(new Error("not to be opened"));
    expect(await firstDispatches(own.device, dispatches, { open, most: 2, afterMs: 60_000 })).toBe(true);
    expect(own.dispatches).toBe(3);
    own.device.destroy();
  });

  test("helpers do some of them, and the device does all", async () => {
    const own = await counting();
    const helper = await counting();
    const dispatches = await dispatchesOn(own.device);
    // As if the first one took until the helper has begun.
    const { queue } = own.device;
    const workDone = queue.onSubmittedWorkDone.bind(queue);
    queue.onSubmittedWorkDone = async () => {
      while (helper.dispatches === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return workDone();
    };
    const helpers = { open: async () => helper.device, most: 1, afterMs: 0 };
    expect(await firstDispatches(own.device, dispatches, helpers)).toBe(false);
    expect(own.dispatches).toBe(3);
    expect(helper.dispatches).toBeGreaterThan(0);
    expect(helper.dispatches).toBeLessThan(3);
    await helper.device.lost;
    expect(helper.lost).toBe(true);
    own.device.destroy();
  });

  test("what is not yet needed goes to a helper first, one after the other, until the device is gone", async () => {
    const own = await counting();
    const helper = await counting();
    const dispatches = await dispatchesOn(own.device);
    await laterDispatches(own.device, dispatches, async () => helper.device);
    expect([helper.dispatches, own.dispatches]).toEqual([3, 3]);
    await helper.device.lost;
    const late = await counting();
    const open = async () => {
      own.device.destroy();
      await own.device.lost;
      return late.device;
    };
    await laterDispatches(own.device, dispatches, open);
    expect([late.dispatches, own.dispatches]).toEqual([0, 3]);
    await late.device.lost;
  });

  test("a helper that cannot be opened, or fails, costs nothing but its help", async () => {
    const own = await counting();
    const dispatches = await dispatchesOn(own.device);
    const open = () => Promise.reject(new Error("no memory"));
    await firstDispatches(own.device, dispatches, { open, most: 2, afterMs: 0 });
    expect(own.dispatches).toBe(3);
    const failing = await openDevice();
    failing.createShaderModule = () => {
      throw new Error("no memory");
    };
    own.dispatches = 0;
    await firstDispatches(own.device, dispatches, { open: async () => failing, most: 1, afterMs: 0 });
    expect(own.dispatches).toBe(3);
    own.device.destroy();
  });
});
