import { expect, test } from "bun:test";
import fc from "fast-check";
import { SAMPLING_WORDS } from "../../src/contracts/runner.ts";
import { editCapacity, passesOf } from "../../src/runner/passes.ts";
import { stepOf } from "./steps.ts";

const limits = {
  ...{ maxRows: 16, maxSequences: 128, maxBlocksPerSeq: 4, maxModelLen: 131072 },
  ...{ vocabSize: 152064, blockSize: 16, numBlocks: 40 },
};

test("the device holds the edits of any one sample, and never more than are ever needed", () => {
  expect(editCapacity(limits)).toBe(2 ** 18);
  expect(editCapacity({ ...limits, maxModelLen: 1_000_000, vocabSize: 262144 })).toBe(262144 + 4096);
  expect(editCapacity({ ...limits, maxModelLen: 512, maxSequences: 3 })).toBe(3 * (4096 + 512));
  expect(editCapacity({ ...limits, vocabSize: 100, maxSequences: 2 })).toBe(400);
});

test("passes hold every sample and every edit once, in order, as many as fit", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10), { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (lists, maxSamples) => {
      const input = stepOf(limits, { tokens: [1], blocks: [1], seeds: lists.map(() => 0) });
      lists.forEach((edits, sample) => {
        input.sampling[sample * SAMPLING_WORDS + 14] = Math.floor(edits / 2);
        input.sampling[sample * SAMPLING_WORDS + 15] = Math.ceil(edits / 2);
      });
      const passes = passesOf(input, maxSamples, 12);
      let [sample, edit] = [0, 0];
      passes.forEach(({ firstSample, samples, firstEdit, edits }, i) => {
        expect([firstSample, firstEdit]).toEqual([sample, edit]);
        expect(samples).toBeLessThanOrEqual(maxSamples);
        expect(edits).toBeLessThanOrEqual(12);
        expect(edits).toBe(lists.slice(sample, sample + samples).reduce((sum, count) => sum + count, 0));
        if (i < passes.length - 1) {
          expect(samples === maxSamples || edits + lists[sample + samples]! > 12).toBe(true);
        }
        sample += samples;
        edit += edits;
      });
      expect(sample).toBe(lists.length);
      expect(passes.length).toBeGreaterThan(0);
    }),
  );
});

test("a pass counts its samples with filters", () => {
  const input = stepOf(limits, { tokens: [1], blocks: [1], seeds: [0, 1, 2, 3, 4, 5], temperature: 1 });
  const words = new Float32Array(input.sampling.buffer, input.sampling.byteOffset);
  expect(passesOf(input, 6, 12)[0]!.filtered).toBe(0);
  input.sampling[SAMPLING_WORDS + 1] = 40;
  words[2 * SAMPLING_WORDS + 2] = 0.9;
  words[3 * SAMPLING_WORDS + 6] = 0.05;
  words[4 * SAMPLING_WORDS + 7] = 0.5;
  words[5 * SAMPLING_WORDS + 7] = 1;
  expect(passesOf(input, 6, 12)[0]!.filtered).toBe(4);
  expect(passesOf(input, 3, 12).map(({ filtered }) => filtered)).toEqual([2, 2]);
  words[SAMPLING_WORDS] = 0;
  expect(passesOf(input, 6, 12)[0]!.filtered).toBe(3);
});
