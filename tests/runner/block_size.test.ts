import { describe, expect, test } from "bun:test";
import type { Device, StepShape } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { type AttentionShape, chooseBlockSize, timeBlockSizes } from "../../src/runner/block_size.ts";

const timings = (decode: readonly number[], prefill: readonly number[]) =>
  [8, 16, 32, 64].map((blockSize, i) => ({ blockSize, decode: decode[i]!, prefill: prefill[i]! }));

describe("the block size chosen", () => {
  test("is the smallest of sizes that are alike", () => {
    expect(chooseBlockSize(timings([1, 1, 1, 1], [9, 9, 9, 9]))).toBe(8);
    expect(chooseBlockSize(timings([1.04, 1.02, 1, 1.01], [9.3, 9.1, 9, 9]))).toBe(8);
    expect(chooseBlockSize(timings([1.3, 1.08, 1.01, 1], [10, 9.3, 9, 9]))).toBe(16);
  });

  test("is a larger one where it is faster by more than 10 %", () => {
    expect(chooseBlockSize(timings([2, 1.5, 1.2, 1], [2, 1.5, 1.2, 1]))).toBe(64);
    expect(chooseBlockSize(timings([1.11, 1.11, 1, 1], [1.11, 1.11, 1, 1]))).toBe(32);
  });

  test("weighs decode and prefill by their ratios, not by their milliseconds", () => {
    // 64 is best for the long prefill by 2 %, 16 for the short decode by a third.
    expect(chooseBlockSize(timings([0.4, 0.3, 0.4, 0.45], [104, 102, 101, 100]))).toBe(16);
  });

  test("does not hang on the order of the timings", () => {
    expect(chooseBlockSize(timings([1, 1, 1, 1], [1, 1, 1, 1]).toReversed())).toBe(8);
  });
});

describe("timing the block sizes", () => {
  const shape: AttentionShape = { heads: 4, kvHeads: 2, headDim: 8, kvDtype: "f16", maxPositions: 200 };

  /** The reference device on a clock that only its own runs move: 10 us a row and operation, and so much a block. */
  function slowDevice(msPerBlock: number): { device: Device; now: () => number; steps: StepShape[] } {
    const device = openReferenceDevice();
    const steps: StepShape[] = [];
    let time = 0;
    const run: Device["run"] = async (ops, step, results) => {
      steps.push(step);
      const blocks = step.maxContext / Number(/\d+$/.exec(ops[0]!.name)![0]);
      time += ops.length * step.rows * (0.01 + msPerBlock * blocks);
      return new Uint8Array(results[0]!.bytes);
    };
    return { device: Object.assign(Object.create(device) as Device, { run }), now: () => time, steps };
  }

  test("finds that the device dislikes small blocks, or does not care", async () => {
    const slow = slowDevice(0.01);
    expect(chooseBlockSize(await timeBlockSizes(slow.device, shape, slow.now))).toBe(64);
    const even = slowDevice(0);
    expect(chooseBlockSize(await timeBlockSizes(even.device, shape, even.now))).toBe(8);
  });

  test("stays within the model's context and a second of a slow device", async () => {
    const { device, now, steps } = slowDevice(0.1);
    await timeBlockSizes(device, shape, now);
    expect(new Set(steps.map(({ maxContext }) => maxContext))).toEqual(new Set([192]));
    expect(now()).toBeLessThan(1000);
  });
});
