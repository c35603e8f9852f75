import { expect, test } from "bun:test";
import { SAMPLING_WORDS } from "../../src/contracts/runner.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { allocateStepBuffers, writeSamples } from "../../src/runner/step_buffers.ts";
import { stepOf } from "./steps.ts";

const limits = {
  ...{ maxRows: 8, maxSequences: 4, maxBlocksPerSeq: 2, maxModelLen: 32 },
  ...{ vocabSize: 50, blockSize: 16, numBlocks: 8 },
};

test("a later pass has its own samples, and its edits from the beginning on", async () => {
  const device = openReferenceDevice();
  const buffers = allocateStepBuffers(device, limits);
  const input = stepOf(limits, { tokens: [1, 2], blocks: [1], seeds: [7, 8, 9] });
  input.editPairs = Uint32Array.from({ length: 12 }, (_, i) => 100 + i);
  const lists = [2, 1, 3];
  lists.forEach((edits, sample) => {
    const first = lists.slice(0, sample).reduce((sum, count) => sum + count, 0);
    input.sampling.set([first, edits, 0], sample * SAMPLING_WORDS + 13);
  });
  const written = async (first: number, samples: number, firstEdit: number, edits: number) => {
    writeSamples(device, buffers, input, { firstSample: first, samples, firstEdit, edits, filtered: 0 });
    const read = async (buffer: typeof buffers.sampling, words: number) =>
      new Uint32Array((await device.gather([{ buffer, offset: 0, bytes: words * 4 }])).buffer);
    const rows = await read(buffers.sampling, samples * SAMPLING_WORDS);
    return {
      seeds: Array.from({ length: samples }, (_, i) => rows[i * SAMPLING_WORDS + 3]),
      starts: Array.from({ length: samples }, (_, i) => rows[i * SAMPLING_WORDS + 13]),
      pairs: [...(await read(buffers.editPairs, edits * 2))],
    };
  };
  expect(await written(0, 1, 0, 2)).toEqual({ seeds: [7], starts: [0], pairs: [100, 101, 102, 103] });
  expect(await written(1, 2, 2, 4)).toEqual({
    seeds: [8, 9],
    starts: [0, 1],
    pairs: [104, 105, 106, 107, 108, 109, 110, 111],
  });
});
