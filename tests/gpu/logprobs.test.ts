import { expect, test } from "bun:test";
import type { Device } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { logprobsScenario } from "../../src/selftest/cases/logprobs.ts";
import { Data } from "../../src/selftest/data.ts";
import { runScenario } from "../../src/selftest/scenario.ts";
import { describeGpu, devices } from "./devices.ts";

async function score(device: Device, logits: Float32Array, chosen: readonly number[], top: number) {
  const outputs = await runScenario(device, logprobsScenario(logits, chosen, top));
  const used = chosen.length * top;
  const words = (name: string) => new Uint32Array(outputs.get(name)!.slice().buffer);
  const floats = (name: string) => new Float32Array(outputs.get(name)!.slice().buffer);
  return {
    chosen: floats("chosen"),
    ranks: words("ranks"),
    topIds: words("topIds").subarray(0, used),
    topLogprobs: floats("topLogprobs").subarray(0, used),
  };
}

function expectWithin(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] !== expected[i]) expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(tolerance);
  }
}

describeGpu("log-probabilities on the GPU", () => {
  test("are the reference's, of random shapes with ties and masked tokens", async () => {
    const reference = openReferenceDevice();
    const data = new Data(12);
    for (const vocab of [5, 17, 255, 256, 258, 999, 4097, 50_000]) {
      const rows = data.random.integer(1, 4);
      const coarse = data.random.integer(0, 1) === 1;
      const logits = data.floats(vocab * rows, 9).map((logit) => (coarse ? Math.round(logit) : logit));
      for (const token of data.integers(vocab, logits.length)) logits[token] = Number.NEGATIVE_INFINITY;
      const chosen = [...data.integers(rows, vocab)];
      const top = Math.min(vocab, data.random.integer(0, 64));
      const expected = await score(reference, logits, chosen, top);
      for (const device of devices) {
        const actual = await score(device, logits, chosen, top);
        expect([...actual.ranks]).toEqual([...expected.ranks]);
        expect([...actual.topIds]).toEqual([...expected.topIds]);
        expectWithin(actual.chosen, expected.chosen, 1e-5);
        expectWithin(actual.topLogprobs, expected.topLogprobs, 1e-5);
      }
    }
  }, 240_000);

  test("name the chosen token where its rank says", async () => {
    const logits = new Data(3).floats(700 * 20, 5);
    const chosen = Array.from({ length: 20 }, (_, row) => {
      const order = [...logits.subarray(row * 700, (row + 1) * 700).keys()];
      return order.sort((a, b) => logits[row * 700 + b]! - logits[row * 700 + a]!)[row * 3]!;
    });
    const { ranks, topIds, topLogprobs, chosen: scores } = await score(devices[0]!, logits, chosen, 64);
    for (let row = 0; row < 20; row++) {
      expect(ranks[row]).toBe(row * 3 + 1);
      expect(topIds[row * 64 + row * 3]).toBe(chosen[row]!);
      expect(topLogprobs[row * 64 + row * 3]).toBe(scores[row]!);
    }
  });

  test("of a row are the same bits wherever it stands and however many are asked for", async () => {
    const vocab = 3001;
    const logits = new Data(8).floats(vocab * 6, 7);
    const chosen = [5, 3000, 17, 256, 1024, 0];
    const whole = await score(devices[0]!, logits, chosen, 64);
    for (const [i, row] of [5, 2, 0, 3, 3, 1].entries()) {
      const alone = await score(devices[1]!, logits.slice(row * vocab, (row + 1) * vocab), [chosen[row]!], i);
      expect(alone.chosen[0]).toBe(whole.chosen[row]!);
      expect(alone.ranks[0]).toBe(whole.ranks[row]!);
      expect([...alone.topLogprobs]).toEqual([...whole.topLogprobs.subarray(row * 64, row * 64 + i)]);
      expect([...alone.topIds]).toEqual([...whole.topIds.subarray(row * 64, row * 64 + i)]);
    }
  });
});
