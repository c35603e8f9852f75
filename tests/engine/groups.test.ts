import { describe, expect, test } from "bun:test";
import type { BeamParams } from "../../src/contracts/generation.ts";
import { Scheduler, type SchedulerOptions } from "../../src/engine/scheduler.ts";
import { SequenceGroup } from "../../src/engine/sequence_group.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import { FakeRunner } from "./fake_runner.ts";
import { collect, generate, generateAll, makeEngine, makeRequest } from "./harness.ts";

const OPTIONS: SchedulerOptions = {
  maxBatchedTokens: 2048,
  maxSequences: 128,
  longPrefillThreshold: 0,
  policy: "fcfs",
  headroom: 0,
  chunkedPrefill: true,
};

const prompt = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

function group(length: number, branches: number, from = 0): SequenceGroup {
  return new SequenceGroup({ ...makeRequest(`g${from}`, prompt(length, from)), branches });
}

/** A step in which branch i of every group is given token 100 + i. Returns [sequence, tokens computed]. */
function step(scheduler: Scheduler, kv: KvCache): [string, number][] {
  const chunks = scheduler.schedule();
  kv.takeCopies();
  const sampled = new Set<SequenceGroup>();
  for (const chunk of chunks) {
    scheduler.advance(chunk);
    if (chunk.samples !== "none") sampled.add(chunk.sequence.group);
  }
  for (const { branches } of sampled) for (const branch of branches) branch.append(100 + branch.index);
  kv.checkIntegrity();
  return chunks.map(({ sequence, count }) => [sequence.id, count]);
}

const tables = ({ branches }: SequenceGroup) => branches.map(({ kv }) => kv?.blocks);

describe("a group of samples", () => {
  test("computes its prompt once, shares every block, and copies the last one when it is written (paper, fig 8)", () => {
    const kv = new KvCache(20, 16);
    const scheduler = new Scheduler(kv, OPTIONS);
    const samples = group(20, 3);
    scheduler.add(samples);
    expect(step(scheduler, kv)).toEqual([["g0-0", 20]]);
    const shared = [1, 2];
    expect(tables(samples)).toEqual([shared, shared, shared]);
    expect(kv.pool.used).toBe(2);
    expect(step(scheduler, kv)).toEqual([
      ["g0-0", 1],
      ["g0-1", 1],
      ["g0-2", 1],
    ]);
    // The last one to write is alone by then, and keeps the original.
    expect(tables(samples)).toEqual([
      [1, 3],
      [1, 4],
      [1, 2],
    ]);
    expect(kv.totalCopies).toBe(2);
  });

  test("copies nothing where the prompt fills its blocks", () => {
    const kv = new KvCache(20, 16);
    const scheduler = new Scheduler(kv, OPTIONS);
    const samples = group(32, 3);
    scheduler.add(samples);
    step(scheduler, kv);
    step(scheduler, kv);
    expect(tables(samples)).toEqual([
      [1, 2, 3],
      [1, 2, 4],
      [1, 2, 5],
    ]);
    expect(kv.totalCopies).toBe(0);
  });

  test("is preempted whole, computes again what is common once, and parts anew", () => {
    const kv = new KvCache(8, 16, { prefixCaching: false });
    const scheduler = new Scheduler(kv, OPTIONS);
    const first = group(60, 1, 500);
    const samples = group(20, 3);
    scheduler.add(first);
    scheduler.add(samples);
    for (let i = 0; i < 6; i++) step(scheduler, kv);
    // 8 blocks are held; the first one needs a fifth of its own at its 65th token.
    expect([samples.preemptions, tables(samples)]).toEqual([1, [undefined, undefined, undefined]]);
    expect(scheduler.waiting).toEqual([samples]);
    expect([samples.numTokens, samples.common]).toEqual([25, 20]);
    scheduler.remove(first.leader);
    expect(step(scheduler, kv)).toEqual([["g0-0", 20]]);
    expect(step(scheduler, kv)).toEqual([
      ["g0-0", 5],
      ["g0-1", 5],
      ["g0-2", 5],
    ]);
    expect(samples.numTokens).toBe(26);
  });

  test("never lets one branch get ahead where the budget does not hold all of them", () => {
    const kv = new KvCache(40, 16, { prefixCaching: false });
    const scheduler = new Scheduler(kv, { ...OPTIONS, maxBatchedTokens: 10 });
    const samples = group(8, 3);
    scheduler.add(samples);
    for (let i = 0; i < 8; i++) step(scheduler, kv);
    scheduler.remove(samples.branches[1]!);
    const [a, b] = samples.branches;
    // As after a preemption.
    for (const branch of samples.branches) {
      kv.release(branch.kv!);
      branch.kv = null;
    }
    scheduler.running.length = 0;
    samples.reset();
    scheduler.waiting.push(samples);
    const splits = Array.from({ length: 4 }, () => step(scheduler, kv));
    expect(splits).toEqual([
      [[a!.id, 8]],
      [
        [a!.id, 7],
        [b!.id, 3],
      ],
      [
        [a!.id, 1],
        [b!.id, 5],
      ],
      [
        [a!.id, 1],
        [b!.id, 1],
      ],
    ]);
  });

  test("goes on when its leader leaves, in every state", () => {
    for (const stepsBefore of [0, 1, 2, 4]) {
      const kv = new KvCache(20, 16);
      const scheduler = new Scheduler(kv, { ...OPTIONS, maxBatchedTokens: 12 });
      const samples = group(30, 3);
      scheduler.add(samples);
      for (let i = 0; i < stepsBefore; i++) step(scheduler, kv);
      scheduler.remove(samples.leader);
      kv.checkIntegrity();
      for (let i = 0; i < 6; i++) step(scheduler, kv);
      expect(samples.branches.map(({ index }) => index)).toEqual([1, 2]);
      expect(samples.numTokens).toBeGreaterThan(31);
      for (const branch of [...samples.branches]) scheduler.remove(branch);
      expect([kv.pool.used, scheduler.running, scheduler.waiting]).toEqual([0, [], []]);
    }
  });
});

describe("an engine with several continuations of a prompt", () => {
  const limits = { blockSize: 8, numBlocks: 60, vocabSize: 50 };

  test("gives each the tokens of a request of its own with seed + index", async () => {
    const engine = makeEngine(new FakeRunner(limits));
    const request = makeRequest("n", prompt(13), { seed: 5n, maxTokens: 12 });
    const together = await generateAll(engine, { ...request, branches: 4 });
    for (const [i, tokens] of together.entries()) {
      const params = { ...request.params, seed: 5n + BigInt(i) };
      expect(tokens).toEqual(await generate(engine, { ...request, id: `alone-${i}`, params }));
    }
    expect(new Set(together.map(String)).size).toBe(4);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("runs as many at once as fit, and the others after them", async () => {
    const engine = makeEngine(new FakeRunner({ ...limits, numBlocks: 12, maxModelLen: 64 }));
    const request = makeRequest("n", prompt(13), { maxTokens: 30, ignoreEos: true });
    const together = await generateAll(engine, { ...request, branches: 9 });
    const roomy = makeEngine(new FakeRunner({ ...limits, maxModelLen: 64 }));
    expect(together).toEqual(await generateAll(roomy, { ...request, branches: 9 }));
    expect(engine.stats().running).toBe(0);
    await engine.close();
    await roomy.close();
  });

  test("ends one of them alone when its reader leaves", async () => {
    const engine = makeEngine(new FakeRunner(limits));
    const request = makeRequest("n", prompt(9), { maxTokens: 20, ignoreEos: true });
    const [first, second] = engine.submit({ ...request, branches: 2 }, new AbortController().signal);
    const rest = collect(second!);
    for await (const _ of first!) break;
    expect(await rest).toHaveLength(20);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("tells log-probabilities where they are wanted", async () => {
    const engine = makeEngine(new FakeRunner(limits));
    const signal = new AbortController().signal;
    const [output] = engine.submit({ ...makeRequest("l", prompt(9)), topLogprobs: 3 }, signal);
    const [plain] = engine.submit(makeRequest("p", prompt(9)), signal);
    for (const { logprobs } of await collect(output!)) {
      const { logprob, rank, top } = logprobs!;
      expect(top.map((other) => other.logprob)).toEqual(top.map((other) => other.logprob).toSorted((a, b) => b - a));
      expect(top).toHaveLength(3);
      if (rank <= 3) expect(top[rank - 1]!.logprob).toBe(logprob);
      else expect(logprob).toBeLessThanOrEqual(top[2]!.logprob);
    }
    expect((await collect(plain!)).every(({ logprobs }) => logprobs === undefined)).toBe(true);
    await engine.close();
  });

  const beam: BeamParams = { width: 4, lengthPenalty: 1, earlyStopping: false };

  test("refuses beams that cannot run", async () => {
    const engine = makeEngine(new FakeRunner({ ...limits, numBlocks: 8, maxModelLen: 64 }));
    const refusal = (request: Partial<Parameters<typeof engine.submit>[0]>) => {
      try {
        engine.submit({ ...makeRequest("b", prompt(9), { maxTokens: 50 }), ...request }, new AbortController().signal);
      } catch (error) {
        return (error as Error).message;
      }
      return null;
    };
    expect(refusal({ beam })).toBe("4 beams do not fit: 1 of this length run together");
    expect(refusal({ beam, branches: 5 })).toBe("5 beams are asked for, of 4 searched");
    expect(refusal({ beam: { ...beam, width: 40 } })).toBe(
      "40 beams with these stop tokens take 80 candidates a step; 64 are kept",
    );
    expect(engine.stats().waiting).toBe(0);
    await engine.close();
  });

  test("gives beams back whole when their reader leaves", async () => {
    const runner = new FakeRunner(limits);
    const engine = makeEngine(runner);
    const controller = new AbortController();
    runner.beforeStep = (steps) => {
      engine.checkIntegrity();
      if (steps === 6) controller.abort();
    };
    const request = makeRequest("b", prompt(9), { maxTokens: 40, ignoreEos: true });
    const outputs = engine.submit({ ...request, beam, branches: 2 }, controller.signal);
    expect(await Promise.all(outputs.map(collect))).toEqual([[], []]);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });
});
