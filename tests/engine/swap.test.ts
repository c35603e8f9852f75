import { describe, expect, test } from "bun:test";
import { Scheduler } from "../../src/engine/scheduler.ts";
import { SequenceGroup } from "../../src/engine/sequence_group.ts";
import { SwapPolicy } from "../../src/engine/swap_policy.ts";
import { SwapSpace } from "../../src/engine/swap_space.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import { FakeRunner } from "./fake_runner.ts";
import { generate, makeEngine, makeRequest } from "./harness.ts";

describe("what a preempted group leaves behind", () => {
  /** Two prompts of 5 blocks in a pool of 10 (vLLM's example), the first of which grows. */
  async function preempt(capacity: number) {
    const runner = new FakeRunner({ blockSize: 16, numBlocks: 10 });
    const kv: KvCache = new KvCache(10, 16, {
      onPrefixEvent: (event) => event.type === "removed" && space.evicted(event.block, true),
    });
    const space: SwapSpace = new SwapSpace(kv, capacity);
    const options = { maxBatchedTokens: 2048, maxSequences: 8, longPrefillThreshold: 0, headroom: 0 };
    const scheduler = new Scheduler(
      kv,
      { ...options, policy: "fcfs", chunkedPrefill: true },
      { space, pays: capacity > 0 },
    );
    const [a, b] = [0, 500].map((from) => {
      const prompt = Array.from({ length: 80 }, (_, i) => from + i);
      return new SequenceGroup(makeRequest(String(from), prompt));
    }) as [SequenceGroup, SequenceGroup];
    scheduler.add(a);
    scheduler.add(b);
    const step = async () => {
      const chunks = scheduler.schedule();
      await space.transfer(runner);
      kv.takeCopies();
      for (const chunk of chunks) {
        scheduler.advance(chunk);
        // What the device would write.
        const { sequence, start, count } = chunk;
        for (let i = start; i < start + count; i++) {
          runner.memory[sequence.kv!.blocks[Math.floor(i / 16)]! * 16 + (i % 16)] = sequence.tokens[i]!;
        }
        if (chunk.samples === "own") chunk.sequence.append(1);
      }
      kv.checkIntegrity();
      return chunks.map(({ sequence, start, count }) => [sequence.id, start, count]);
    };
    return { runner, kv, space, scheduler, a, b, step };
  }

  test("is lost from the tail, one block for each that is taken", async () => {
    const { a, b, scheduler, step } = await preempt(0);
    await step();
    const tail = b.leader.kv!.blocks.at(-1)!;
    expect(await step()).toEqual([["0", 80, 1]]);
    expect(a.leader.kv!.blocks.at(-1)).toBe(tail);
    scheduler.remove(a.leader);
    expect(await step()).toEqual([["500", 64, 17]]);
  });

  test("is swapped out as it is taken, and comes back whole", async () => {
    const { b, runner, space, scheduler, a, step } = await preempt(4);
    await step();
    await step();
    expect([b.preemptions, space.copiedOut]).toEqual([1, 1]);
    scheduler.remove(a.leader);
    expect(await step()).toEqual([["500", 80, 1]]);
    const { blocks } = b.leader.kv!;
    const stored = blocks.flatMap((block) => [...runner.memory.subarray(block * 16, block * 16 + 16)]);
    expect(stored.slice(0, 80)).toEqual(Array.from({ length: 80 }, (_, i) => 500 + i));
  });

  test("is not copied once somebody wrote to it between two steps", async () => {
    const { b, kv, space, scheduler, a, step } = await preempt(4);
    await step();
    const tail = b.leader.kv!.blocks.at(-1)!;
    space.keep(b);
    space.evicted(tail, false);
    scheduler.remove(b.leader);
    scheduler.remove(a.leader);
    await step();
    expect([space.isBusy, space.copiedOut]).toEqual([false, 0]);
    kv.checkIntegrity();
  });

  test("is not copied where nobody takes it", async () => {
    const { a, b, space, scheduler, step } = await preempt(4);
    await step();
    scheduler.remove(a.leader);
    space.keep(b);
    await step();
    expect(space.copiedOut).toBe(0);
  });
});

describe("an engine that swaps", () => {
  test("computes less again than one that recomputes, and answers the same", async () => {
    const run = async (preemptionMode: "swap" | "recompute") => {
      const runner = new FakeRunner({ blockSize: 8, numBlocks: 16, maxModelLen: 128, vocabSize: 50 });
      const engine = makeEngine(runner, { headroom: 0, preemptionMode, swapSpace: 100 * runner.blockBytes });
      const tokens = await Promise.all(
        [0, 1, 2, 3].map((i) => {
          const prompt = Array.from({ length: 20 }, (_, k) => (i * 11 + k) % 50);
          return generate(engine, makeRequest(String(i), prompt, { maxTokens: 60, ignoreEos: true }));
        }),
      );
      const { preemptions, scheduledTokens } = engine.stats();
      await engine.close();
      return { tokens, preemptions, scheduledTokens };
    };
    const swapped = await run("swap");
    const recomputed = await run("recompute");
    expect(swapped.tokens).toEqual(recomputed.tokens);
    expect(swapped.preemptions).toBeGreaterThan(2);
    expect(swapped.scheduledTokens).toBeLessThan(recomputed.scheduledTokens);
  });

  test("asks under auto which is cheaper: bytes there and back, or tokens", async () => {
    const runner = new FakeRunner({ blockSize: 8, numBlocks: 16 });
    const kv = new KvCache(16, 8);
    const policy = new SwapPolicy(runner, kv, "auto", 100 * runner.blockBytes);
    let time = 0;
    // Eight blocks take 16 ms.
    const now = () => {
      time += 16;
      return time;
    };
    // A prefix may be loaded into any block meanwhile.
    const read = runner.readBlocks.bind(runner);
    runner.readBlocks = async (blocks) => {
      const bytes = await read(blocks);
      runner.memory.fill(42, 8);
      return bytes;
    };
    expect(policy.pays).toBe(false);
    await policy.measure(now);
    expect(runner.memory.subarray(8).every((token) => token === 42)).toBe(true);
    expect(policy.pays).toBe(false);
    policy.prefilled(100, 20);
    expect(policy.pays).toBe(false);
    for (let i = 0; i < 20; i++) policy.prefilled(100, 30);
    expect(policy.pays).toBe(true);
  });
});
