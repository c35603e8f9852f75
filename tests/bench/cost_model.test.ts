import { describe, expect, test } from "bun:test";
import { OPT_13B_A100, paged, stepSeconds } from "../../bench/sim/cost_model.ts";
import { OPT_13B_SWAP, recomputeSeconds, swapSeconds } from "../../bench/sim/swap_cost.ts";

describe("cost model", () => {
  const cost = { perStep: 1, perPrefillToken: 0.1, perDecode: 0.01, perKvToken: 0.001 };

  test("adds up a step's parts", () => {
    expect(stepSeconds(cost, { prefillTokens: 0, decodes: 0, kvTokensRead: 0 })).toBe(1);
    expect(stepSeconds(cost, { prefillTokens: 20, decodes: 30, kvTokensRead: 400 })).toBeCloseTo(1 + 2 + 0.3 + 0.4, 10);
  });

  test("makes paged attention a quarter slower at 16 tokens a block, and nothing else", () => {
    expect(paged(cost, 16)).toEqual({ ...cost, perKvToken: 0.00125 });
    expect(paged(cost, 256).perKvToken).toBeLessThan(0.00102);
  });

  // Little's law on the paper's Fig 13: batch = rate * output length * step time.
  test.each([
    { rate: 2, prompt: 161.31, output: 337.99, batch: 30.42, context: 330 },
    { rate: 30, prompt: 19.31, output: 58.45, batch: 132.44, context: 50 },
  ])("meets the paper's batch of $batch within a tenth", ({ rate, prompt, output, batch, context }) => {
    const expected = batch / (rate * output);
    const work = { prefillTokens: rate * prompt * expected, decodes: batch, kvTokensRead: batch * context };
    const seconds = stepSeconds(paged(OPT_13B_A100, 16), work);
    expect(Math.abs(seconds / expected - 1)).toBeLessThan(0.1);
  });
});

describe("swap", () => {
  const swap = { bytesPerToken: 1000, copiesPerBlock: 4, perCopy: 0.5, bandwidth: 8000 };

  test("moves whole blocks, each in so many copies", () => {
    expect(swapSeconds(swap, 16, 8)).toBe(2 * 4 * 0.5 + 16_000 / 8000);
    expect(swapSeconds(swap, 17, 8)).toBe(3 * 4 * 0.5 + 24_000 / 8000);
  });

  test("is worse than recomputing at small blocks and better at large ones", () => {
    const ratio = (blockSize: number) => recomputeSeconds(256) / (2 * swapSeconds(OPT_13B_SWAP, 256, blockSize));
    expect(ratio(1)).toBeLessThan(0.5);
    expect(ratio(16)).toBeGreaterThan(0.75);
    expect(ratio(16)).toBeLessThan(1.25);
    expect(ratio(256)).toBeGreaterThan(1);
  });
});
