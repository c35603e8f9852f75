import { expect, test } from "bun:test";
import { SAMPLING_WORDS } from "../../src/contracts/runner.ts";
import { Batch } from "../../src/engine/batch.ts";
import { Scheduler } from "../../src/engine/scheduler.ts";
import { SequenceGroup } from "../../src/engine/sequence_group.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import { FakeRunner } from "./fake_runner.ts";
import { makeRequest } from "./harness.ts";

test("a draft is more rows of its sequence, a sample each, and gives back the slots of what was wrong", () => {
  const kv = new KvCache(20, 8);
  const batch = new Batch(new FakeRunner().limits, new Set());
  let accepted = 0;
  const drafting = {
    draft: ({ leader }: SequenceGroup) =>
      leader.id === "a" && leader.numOutputs > 0 ? Uint32Array.of(21, 22, 23) : null,
    accepted: () => {
      accepted++;
    },
  };
  const options = { maxBatchedTokens: 64, maxSequences: 8, longPrefillThreshold: 0, headroom: 0, chunkedPrefill: true };
  const scheduler = new Scheduler(kv, { ...options, policy: "fcfs" }, null, drafting);
  const [a, b] = ["a", "b"].map((id) => new SequenceGroup(makeRequest(id, [1, 2, 3, 4, 5, 6]))) as [
    SequenceGroup,
    SequenceGroup,
  ];
  for (const group of [a, b]) scheduler.add(group);
  const fill = () => {
    const chunks = scheduler.schedule();
    batch.fill(chunks, kv);
    return chunks;
  };
  for (const chunk of fill()) scheduler.advance(chunk);
  expect(batch.standsAlone).toBe(false);
  a.leader.append(20);
  b.leader.append(30);

  const chunks = fill();
  const { input, drafted, standsAlone, hasPrompts } = batch;
  // b decodes; a is no decode any more: block 3 was taken for its last two guesses.
  expect([input.rows, input.decodeRows, input.samples, standsAlone, hasPrompts]).toEqual([5, 1, 5, true, false]);
  expect([...input.tokenIds.subarray(0, 5)]).toEqual([30, 20, 21, 22, 23]);
  expect([...input.positions.subarray(0, 5)]).toEqual([6, 6, 7, 8, 9]);
  expect([...input.slots.subarray(1, 5)]).toEqual([14, 15, 24, 25]);
  expect([...input.sampleRows.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4]);
  expect([0, 1, 2, 3, 4].map((sample) => input.sampling[sample * SAMPLING_WORDS + 5])).toEqual([7, 7, 8, 9, 10]);
  expect(batch.drawn).toEqual([b.leader, a.leader, null, null, null]);
  expect(drafted.map(({ sequence, first }) => [sequence.id, first])).toEqual([["a", 2]]);

  for (const chunk of chunks) scheduler.advance(chunk);
  expect(a.leader.numComputed).toBe(7);
  // The first guess was right.
  a.leader.append(21);
  scheduler.confirm(a.leader);
  a.leader.append(99);
  scheduler.settle(a.leader);
  expect([accepted, a.leader.numComputed, a.leader.kv!.blocks]).toEqual([1, 8, [1]]);
  expect(kv.pool.used).toBe(2);
  kv.checkIntegrity();
});
