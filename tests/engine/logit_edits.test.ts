import { describe, expect, test } from "bun:test";
import { type GenerationRequest, GREEDY, type SamplingParams } from "../../src/contracts/generation.ts";
import { SAMPLING_WORDS } from "../../src/contracts/runner.ts";
import { Batch } from "../../src/engine/batch.ts";
import { SequenceGroup } from "../../src/engine/sequence_group.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import { makeRequest } from "./harness.ts";

const limits = {
  ...{ maxRows: 16, maxSequences: 8, maxBlocksPerSeq: 4 },
  ...{ maxModelLen: 64, vocabSize: 70, blockSize: 16, numBlocks: 40 },
};

/** The sampling words of requests that are sampled in one step, and the step. */
function fill(params: readonly Partial<SamplingParams>[], more: Partial<GenerationRequest> = {}) {
  const batch = new Batch(limits, new Set([69]));
  const kv = new KvCache(40, 16, { prefixCaching: false, onPrefixEvent: () => {}, onReuse: () => {} });
  const chunks = params.map((own, i) => {
    const { leader } = new SequenceGroup({ ...makeRequest(`r${i}`, [5, 6, 5], own), ...more });
    leader.kv = kv.open();
    kv.reserve(leader.kv, 3);
    return { sequence: leader, start: 0, count: 3, samples: "own" as const };
  });
  batch.fill(chunks, kv);
  const words = (sample: number) => [
    ...batch.input.sampling.subarray(sample * SAMPLING_WORDS + 8, (sample + 1) * SAMPLING_WORDS),
  ];
  return { batch, chunks, kv, words };
}

describe("edits of a step", () => {
  test("are none where nobody asks, also after a step where somebody did", () => {
    const { batch, chunks, kv, words } = fill([{ presencePenalty: 1, allowedTokenIds: [1] }, {}]);
    expect(batch.input).toMatchObject({ edits: 0, masks: 1 });
    expect(words(1)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    batch.fill(chunks.slice(1), kv);
    expect(batch.input).toMatchObject({ edits: 0, masks: 0 });
    expect(words(0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("list bias and bars, then the tokens seen", () => {
    const { batch, words } = fill([
      {},
      {
        logitBias: new Map([
          [7, 2.5],
          [69, 3],
        ]),
        minTokens: 1,
        repetitionPenalty: 1.5,
      },
      { frequencyPenalty: 1 },
      { badWords: [[8]] },
    ]);
    expect(words(1).slice(4)).toEqual([0, 0, 2, 2]);
    expect(words(2).slice(4)).toEqual([0, 4, 0, 0]);
    expect(words(3).slice(4)).toEqual([0, 4, 1, 0]);
    const { editPairs, edits } = batch.input;
    const values = new Float32Array(editPairs.buffer);
    expect(edits).toBe(5);
    expect([0, 1, 2, 3, 4].map((pair) => editPairs[2 * pair]!)).toEqual([7, 69, 5, 6, 8]);
    expect([values[1]!, values[3]!, values[9]!]).toEqual([2.5, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect([editPairs[5]!, editPairs[7]!]).toEqual([0, 0]);
  });

  test("masks have a bit for every token allowed; the branches of a group share one", () => {
    const allowed = [0, 31, 32, 69];
    const { batch, chunks, kv, words } = fill([{}, { allowedTokenIds: allowed }], { branches: 2 });
    batch.fill(
      chunks.map((chunk) => ({ ...chunk, samples: "all" as const })),
      kv,
    );
    expect(batch.input.masks).toBe(1);
    expect([0, 1, 2, 3].map((sample) => words(sample)[4])).toEqual([0, 0, 1, 1]);
    expect([...batch.input.maskBits.subarray(0, 3)]).toEqual([0x80000001, 1, 1 << 5]);
  });
});

test("rows of a prompt are scored by forced samples, beside the one that chooses", () => {
  const { batch, chunks } = fill([{ temperature: 1 }, GREEDY], { promptLogprobs: 2, topLogprobs: -1 });
  const { input, promptScores } = batch;
  expect(input).toMatchObject({ samples: 6, topLogprobs: 2 });
  expect([...input.sampleRows.subarray(0, 6)]).toEqual([0, 1, 2, 3, 4, 5]);
  const forced = [0, 1, 2, 3, 4, 5].map((sample) => input.sampling[sample * SAMPLING_WORDS + 11]);
  expect(forced).toEqual([7, 6, 0, 7, 6, 0]);
  expect(promptScores).toEqual([
    { sequence: chunks[0]!.sequence, first: 0, position: 0, count: 2 },
    { sequence: chunks[1]!.sequence, first: 3, position: 0, count: 2 },
  ]);
});
