import { describe, expect, test } from "bun:test";
import { Scheduler, type SchedulerOptions } from "../../src/engine/scheduler.ts";
import { SequenceGroup } from "../../src/engine/sequence_group.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import { makeRequest } from "./harness.ts";

function make(kv: KvCache, options: Partial<SchedulerOptions> = {}): Scheduler {
  return new Scheduler(kv, {
    maxBatchedTokens: 2048,
    maxSequences: 128,
    longPrefillThreshold: 0,
    policy: "fcfs",
    // vLLM's rule, for its literal examples; the product's own has tests below.
    headroom: 0,
    chunkedPrefill: true,
    ...options,
  });
}

/** Prompts of different ids have no prefix in common. */
function add(scheduler: Scheduler, id: string, tokens: number, priority = 0): SequenceGroup {
  const prompt = Array.from({ length: tokens }, (_, i) => (id.charCodeAt(0) * 1000 + i) % 32000);
  const group = new SequenceGroup({ ...makeRequest(id, prompt), priority });
  scheduler.add(group);
  return group;
}

/** Schedules and completes a step, appending a token where one is sampled; answers [id, count] pairs. */
function step(scheduler: Scheduler): [string, number][] {
  const chunks = scheduler.schedule();
  for (const chunk of chunks) {
    scheduler.advance(chunk);
    if (chunk.samples === "own") chunk.sequence.append(1);
  }
  return chunks.map(({ sequence, count }) => [sequence.id, count]);
}

const kvOf = (blocks: number) => new KvCache(blocks, 16);

describe("Scheduler", () => {
  test("splits three 800-token prompts over a budget of 1024 with a long-prefill threshold of 400 (vLLM)", () => {
    const scheduler = make(new KvCache(1000, 16), { maxBatchedTokens: 1024, longPrefillThreshold: 400 });
    for (const id of ["a", "b", "c"]) add(scheduler, id, 800);
    const splits = () => step(scheduler).map(([, count]) => count);
    expect(splits()).toEqual([400, 400, 224]);
    expect(splits()).toEqual([400, 400, 224]);
    expect(splits()).toEqual([1, 1, 352]);
  });

  test("the first sequence's growth preempts the last admitted one (vLLM: pool of 11, two prompts of 5 blocks)", () => {
    const kv = new KvCache(10, 16);
    const scheduler = make(kv);
    const a = add(scheduler, "a", 80);
    const b = add(scheduler, "b", 80);
    expect(step(scheduler)).toEqual([
      ["a", 80],
      ["b", 80],
    ]);
    expect(step(scheduler)).toEqual([["a", 1]]);
    expect(scheduler.running).toEqual([a]);
    expect(scheduler.waiting).toEqual([b]);
    expect([b.leader.numComputed, b.preemptions, b.leader.kv]).toEqual([0, 1, null]);
    expect(b.numTokens).toBe(81);
    expect(kv.pool.used).toBe(6);
    scheduler.remove(a.leader);
    // Its last block went to the first sequence; the other four, 64 tokens, are found again.
    expect(step(scheduler)).toEqual([["b", 17]]);
    expect(scheduler.prefixTokens).toEqual({ queries: 160, hits: 0 });
    kv.checkIntegrity();
  });

  test("admits no newcomer in a step that preempted", () => {
    const scheduler = make(new KvCache(10, 16));
    add(scheduler, "a", 80);
    add(scheduler, "b", 80);
    step(scheduler);
    add(scheduler, "c", 16);
    expect(step(scheduler)).toEqual([["a", 1]]);
    expect(scheduler.waiting.map(({ id }) => id)).toEqual(["b", "c"]);
  });

  test("a waiting sequence never preempts a running one", () => {
    const scheduler = make(new KvCache(5, 16));
    add(scheduler, "a", 60);
    step(scheduler);
    add(scheduler, "b", 40);
    expect(step(scheduler)).toEqual([["a", 1]]);
    expect(scheduler.preemptions).toBe(0);
  });

  test("runs at most maxSequences at once, first come first served", () => {
    const scheduler = make(new KvCache(100, 16), { maxSequences: 2 });
    const a = add(scheduler, "a", 4);
    add(scheduler, "b", 4);
    add(scheduler, "c", 4);
    expect(step(scheduler).map(([id]) => id)).toEqual(["a", "b"]);
    scheduler.remove(a.leader);
    expect(step(scheduler)).toEqual([
      ["b", 1],
      ["c", 4],
    ]);
  });

  test("without chunked prefill a prompt waits until the budget holds all of it", () => {
    const scheduler = make(new KvCache(100, 16), { maxBatchedTokens: 100, chunkedPrefill: false });
    add(scheduler, "a", 60);
    add(scheduler, "b", 60);
    expect(step(scheduler)).toEqual([["a", 60]]);
    expect(step(scheduler)).toEqual([
      ["a", 1],
      ["b", 60],
    ]);
  });

  test("decodes come before waiting prompts and the budget is shared", () => {
    const scheduler = make(new KvCache(100, 16), { maxBatchedTokens: 32 });
    add(scheduler, "a", 10);
    step(scheduler);
    add(scheduler, "b", 100);
    expect(step(scheduler)).toEqual([
      ["a", 1],
      ["b", 31],
    ]);
  });

  test("a running stream gets its token in every step, however long the prompts in front of it", () => {
    const scheduler = make(new KvCache(1000, 16), { maxBatchedTokens: 64, policy: "priority" });
    const stream = add(scheduler, "s", 4, 1);
    step(scheduler);
    for (const id of ["a", "b", "c"]) add(scheduler, id, 500, 0);
    let steps = 0;
    while (scheduler.running.some(({ leader }) => leader.numOutputs === 0) || scheduler.waiting.length > 0) {
      const before = stream.numTokens;
      step(scheduler);
      expect(stream.numTokens).toBe(before + 1);
      expect(++steps).toBeLessThan(100);
    }
    // The first of the long prompts stands in front of the stream, and still leaves it a token.
    expect(scheduler.running.map(({ id }) => id)).toEqual(["a", "b", "c", "s"]);
  });

  describe("with priorities", () => {
    test("a lower number is admitted first, equal ones in order of arrival", () => {
      const scheduler = make(kvOf(100), { policy: "priority", maxSequences: 2 });
      for (const [id, priority] of [
        ["a", 2],
        ["b", 1],
        ["c", 0],
        ["d", 1],
      ] as const) {
        add(scheduler, id, 4, priority);
      }
      expect(step(scheduler).map(([id]) => id)).toEqual(["c", "b"]);
      expect(scheduler.waiting.map(({ id }) => id)).toEqual(["d", "a"]);
    });

    test("the victim is the one with the highest number, and among equals the last to arrive", () => {
      const scheduler = make(kvOf(15), { policy: "priority" });
      add(scheduler, "a", 80, 1);
      add(scheduler, "b", 80, 0);
      add(scheduler, "c", 80, 1);
      step(scheduler);
      step(scheduler);
      expect(scheduler.running.map(({ id }) => id)).toEqual(["b", "a"]);
      expect(scheduler.waiting.map(({ id }) => id)).toEqual(["c"]);
    });

    test("first come, first served ignores them", () => {
      const scheduler = make(kvOf(100), { maxSequences: 1 });
      add(scheduler, "a", 4, 5);
      add(scheduler, "b", 4, 0);
      expect(step(scheduler).map(([id]) => id)).toEqual(["a"]);
    });
  });

  test("a preempted sequence waits in its old place, before later arrivals", () => {
    const scheduler = make(kvOf(10));
    for (const id of ["a", "b"]) add(scheduler, id, 80);
    step(scheduler);
    add(scheduler, "c", 16);
    step(scheduler);
    expect(scheduler.waiting.map(({ id }) => id)).toEqual(["b", "c"]);
  });

  describe("with headroom", () => {
    test("a newcomer waits while its whole prompt would leave the running ones too little", () => {
      const kv = kvOf(10);
      const scheduler = make(kv, { headroom: 0.5 });
      const a = add(scheduler, "a", 80);
      add(scheduler, "b", 80);
      // vLLM admits b here and preempts it in the next step.
      expect(step(scheduler)).toEqual([["a", 80]]);
      expect(step(scheduler)).toEqual([["a", 1]]);
      expect(scheduler.preemptions).toBe(0);
      scheduler.remove(a.leader);
      expect(step(scheduler)).toEqual([["b", 80]]);
    });

    test("whole prompts count, not only the chunks computed so far", () => {
      const scheduler = make(kvOf(10), { headroom: 0, longPrefillThreshold: 16 });
      add(scheduler, "a", 80);
      add(scheduler, "b", 96);
      expect(step(scheduler)).toEqual([["a", 16]]);
    });

    test("an empty cache takes whatever fits it", () => {
      const scheduler = make(kvOf(5), { headroom: 3 });
      add(scheduler, "a", 80);
      expect(step(scheduler)).toEqual([["a", 80]]);
    });
  });
});
