import { expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { drive } from "../../../bench/load/drive.ts";

test("calls at the arrival times, in order, and waits for the last", async () => {
  const at: number[] = [];
  const { results, start, end, peakConcurrency } = await drive([0, 0, 0.03], Infinity, async (i) => {
    at.push(performance.now());
    await sleep(10);
    return i * 10;
  });
  expect(results).toEqual([0, 10, 20]);
  expect(peakConcurrency).toBe(2);
  expect(at[2]! - start).toBeGreaterThanOrEqual(29);
  expect(end - at[2]!).toBeGreaterThanOrEqual(9);
});

test("never has more calls under way than allowed", async () => {
  let running = 0;
  let most = 0;
  const { results, peakConcurrency } = await drive(new Array(20).fill(0), 3, async (i) => {
    most = Math.max(most, ++running);
    await sleep(i % 4);
    running--;
    return i;
  });
  expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect([most, peakConcurrency]).toEqual([3, 3]);
});
