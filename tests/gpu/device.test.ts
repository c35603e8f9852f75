import { expect, test } from "bun:test";
import { type DeviceBuffer, DeviceMemoryError } from "../../src/contracts/device.ts";
import { GpuBuffer } from "../../src/gpu/buffers.ts";
import { openGpuDevice } from "../../src/gpu/device.ts";
import { GpuUnavailableError } from "../../src/gpu/runtime.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { describeGpu, devices } from "./devices.ts";

const step = { rows: 1, decodeRows: 1, samples: 1, copies: 0, filtered: 0, edits: 0, maxContext: 1, topLogprobs: -1 };

describeGpu("the GPU device", () => {
  const device = devices[0]!;

  test("says who it is", () => {
    expect(device.name).not.toBe("");
    expect(device.info.features.length).toBeGreaterThan(0);
    expect(device.info.limits.maxBufferSize).toBeGreaterThanOrEqual(device.maxBindingBytes);
  });

  test("reads back what was written, and zeros elsewhere", async () => {
    const buffer = device.allocate("words", 32);
    device.write(buffer, 8, Uint32Array.of(1, 2, 3));
    await device.flush();
    const words = await device.gather([{ buffer, offset: 4, bytes: 24 }]);
    expect([...new Uint32Array(words.buffer)]).toEqual([0, 1, 2, 3, 0, 0]);
  });

  test("refuses a buffer beyond its largest, and one that is not its own", () => {
    expect(() => device.allocate("vast", device.maxBufferBytes + 4)).toThrow(DeviceMemoryError);
    const foreign = openReferenceDevice().allocate("foreign", 16);
    expect(() => device.write(foreign, 0, Uint32Array.of(1))).toThrow("another device made it");
  });

  test("refuses to bind more than a binding holds, and a row that no binding holds", async () => {
    const small = await openGpuDevice({ maxBindingBytes: 1024 });
    const buffer = (label: string, bytes: number) => small.allocate(label, bytes);
    const weight = { buffer: buffer("w", 4 * 2048), dtype: "f32", rows: 4, cols: 512 } as const;
    const args = { x: buffer("x", 4096), activation: "none", write: "store", rows: "tokens" } as const;
    expect(() => small.ops.linear("down", { ...args, weight, out: buffer("out", 16) })).toThrow(
      "Cannot bind weight w: its rows of 2048 bytes do not fit a binding of 1024 bytes",
    );
    const narrow = { ...weight, rows: 16, cols: 128 };
    expect(() => small.ops.linear("down", { ...args, weight: narrow, out: buffer("out", 64) })).toThrow(
      "Cannot bind x of down: a binding holds at most 1024 bytes: received buffer x of 4096 bytes",
    );
    small.destroy();
  });

  test("refuses to run what was not prepared", async () => {
    const own = await openGpuDevice();
    const buffer = own.allocate("b", 64);
    const op = own.ops.sample("sample", {
      out: buffer,
      logits: own.allocate("l", 64),
      vocab: 4,
      sampling: own.allocate("s", 64),
      masks: own.allocate("m", 4),
    });
    await expect(own.run([op], step, [])).rejects.toThrow("Cannot run sample: prepare() has not compiled");
    own.destroy();
  });

  test("throws what WebGPU refuses, once", async () => {
    const buffer = device.allocate("short", 16);
    device.write(buffer, 8, Uint32Array.of(1, 2, 3));
    await expect(device.flush()).rejects.toThrow("WebGPU refused a command");
    await device.flush();
  });

  test("throws what WebGPU refuses in a step, with the operation's name", async () => {
    const out = device.allocate("out", 64) as GpuBuffer;
    const logits = device.allocate("logits", 16);
    const masks = device.allocate("masks", 4);
    const op = (name: string, sampling: DeviceBuffer) =>
      device.ops.sample(name, { out, logits, vocab: 4, sampling, masks });
    const well = op("sample well", device.allocate("sampling", 64));
    // The same buffer, so that one is written and read.
    const badly = op("sample badly", new GpuBuffer(out.gpu));
    await device.prepare([well]);
    await expect(device.run([well, badly], step, [])).rejects.toThrow(
      'Cannot run sample badly: WebGPU refused a command: [Buffer "out"]',
    );
  });

  test("refuses to bind a buffer that is written twice over", () => {
    const both = device.allocate("both", 64);
    const [sampling, masks] = [device.allocate("sampling", 64), device.allocate("masks", 4)];
    const args = { out: both, logits: both, vocab: 4, sampling, masks };
    expect(() => device.ops.sample("sample", args)).toThrow(
      "Cannot bind sample: out is written and cannot be logits too",
    );
  });

  test("tells that it is lost", async () => {
    const own = await openGpuDevice();
    const buffer = own.allocate("b", 64);
    own.destroy();
    await expect(own.run([], step, [{ buffer, offset: 0, bytes: 64 }])).rejects.toThrow(
      "Cannot run a step: The GPU device was lost",
    );
    expect(await own.lost).toContain("The GPU device was lost (destroyed)");
  });

  test("an unknown adapter ends in a sentence that says how to go on", async () => {
    const error = await openGpuDevice({ adapter: "no such adapter" }).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(GpuUnavailableError);
    expect((error as Error).message).toContain("--device reference");
  });
});
