import { describe, expect, test } from "bun:test";
import { SAMPLED, type StepInput, type StepOutput } from "../../src/contracts/runner.ts";
import { FakeRunner } from "./fake_runner.ts";
import { collect, generate, makeEngine, makeRequest } from "./harness.ts";

const never = () => new AbortController().signal;

interface Handed {
  readonly tokenIds: readonly number[];
  readonly positions: readonly number[];
  readonly slots: readonly number[];
}

/** Answers a step when it is told to, or in turn where nobody has to. */
class LateRunner extends FakeRunner {
  readonly handed: Handed[] = [];
  answers = 0;
  /** Steps that may be answered. */
  allowed = Number.POSITIVE_INFINITY;
  #wake = () => {};

  override async step(input: StepInput): Promise<StepOutput> {
    const rows = (array: Uint32Array) => [...array.subarray(0, input.rows)];
    this.handed.push({
      tokenIds: rows(input.tokenIds),
      positions: rows(input.positions),
      slots: rows(input.slots),
    });
    const number = this.handed.length;
    const output = await super.step(input);
    while (number > this.allowed) {
      await new Promise<void>((resolve) => {
        const wake = this.#wake;
        this.#wake = () => {
          wake();
          resolve();
        };
      });
    }
    this.answers++;
    return output;
  }

  allow(steps: number): void {
    this.allowed = steps;
    const wake = this.#wake;
    this.#wake = () => {};
    wake();
  }
}

/** Until it is so, and then a little longer, for what should not come to come. */
async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await Bun.sleep(1);
  await Bun.sleep(2);
}

describe("a step that is handed over while the one before runs", () => {
  test("takes its tokens from that one's samples, and its blocks as if they were known", async () => {
    const runner = new LateRunner();
    runner.allowed = 0;
    const engine = makeEngine(runner);
    const a = generate(engine, makeRequest("a", [1, 2, 3, 4, 5, 6, 7], { maxTokens: 4 }));
    const b = generate(engine, makeRequest("b", [500, 501], { maxTokens: 2 }));
    await settled(() => runner.handed.length === 2);
    expect(runner.answers).toBe(0);
    // Blocks 1 and 2, of 8 slots each.
    expect(runner.handed).toEqual([
      {
        tokenIds: [1, 2, 3, 4, 5, 6, 7, 500, 501],
        positions: [0, 1, 2, 3, 4, 5, 6, 0, 1],
        slots: [8, 9, 10, 11, 12, 13, 14, 16, 17],
      },
      { tokenIds: [SAMPLED, SAMPLED + 1], positions: [7, 2], slots: [15, 18] },
    ]);
    runner.allow(1);
    await settled(() => runner.handed.length === 3);
    // The token on its way is the last of b, which is not scheduled beyond it. Block 1 is full: a goes on in block 3.
    expect(runner.handed[2]).toEqual({ tokenIds: [SAMPLED], positions: [8], slots: [24] });
    runner.allow(100);
    const tokens = [await a, await b];
    await engine.close();

    const plain = makeEngine(new FakeRunner(), { asyncScheduling: false });
    expect(tokens[0]).toEqual(await generate(plain, makeRequest("a", [1, 2, 3, 4, 5, 6, 7], { maxTokens: 4 })));
    expect(tokens[1]).toEqual(await generate(plain, makeRequest("b", [500, 501], { maxTokens: 2 })));
    await plain.close();
  });

  test("drops the token after a stop, and the blocks are back", async () => {
    const plain = makeEngine(new FakeRunner(), { asyncScheduling: false });
    const prompt = [1, 2, 3, 4, 5];
    const whole = await generate(plain, makeRequest("a", prompt, { maxTokens: 30 }));
    await plain.close();
    for (const length of [1, 2, 3, 4, 11]) {
      const stop = whole[length - 1]!;
      if (whole.indexOf(stop) !== length - 1) throw new Error("the stop token comes too soon to test this");
      const runner = new LateRunner();
      const engine = makeEngine(runner);
      const request = makeRequest("a", prompt, { maxTokens: 30, stopTokenIds: [stop] });
      const events = await collect(engine.submit(request, never())[0]!);
      expect(events.map(({ tokenId }) => tokenId)).toEqual(whole.slice(0, length));
      expect(events.at(-1)!.finish).toMatchObject({ reason: "stop", stopReason: stop });
      // The step too many has written the stop token, so it may be found; nothing after it is.
      expect(engine.kvState()).toMatchObject({ used: 0, cached_free: Math.floor((prompt.length + length) / 8) });
      await engine.close();
      expect(runner.handed).toHaveLength(length + 1);
      engine.checkIntegrity();
    }
  });

  test("waits for a lone sequence where the runner shares the host's cores", async () => {
    const runner = new LateRunner();
    runner.allowed = 0;
    const engine = makeEngine(runner, { sharesHost: true });
    const a = generate(engine, makeRequest("a", [1, 2, 3], { maxTokens: 4 }));
    await settled(() => runner.handed.length === 1);
    expect(runner.handed).toHaveLength(1);
    const b = generate(engine, makeRequest("b", [4, 5], { maxTokens: 4 }));
    runner.allow(1);
    // The second step has both, and the third is handed over while it runs.
    await settled(() => runner.handed.length === 3);
    expect(runner.handed[2]!.tokenIds).toEqual([SAMPLED, SAMPLED + 1]);
    runner.allow(100);
    expect([(await a).length, (await b).length]).toEqual([4, 4]);
    await engine.close();
    engine.checkIntegrity();
  });

  test("registers a block when its last token is known, and not before", async () => {
    const runner = new LateRunner();
    runner.allowed = 0;
    const engine = makeEngine(runner);
    const stored: number[] = [];
    const leaving = new AbortController();
    const watching = (async () => {
      for await (const event of engine.blockEvents(null, leaving.signal)) {
        if (event.type === "stored") stored.push(event.block);
      }
    })();
    const answer = generate(engine, makeRequest("a", [1, 2, 3, 4, 5, 6, 7], { maxTokens: 14 }));
    await settled(() => runner.handed.length === 2);
    // The second step writes the eighth token, whatever it is.
    expect([runner.handed.length, stored]).toEqual([2, []]);
    runner.allow(1);
    await settled(() => runner.handed.length === 3 && stored.length === 1);
    expect([runner.handed.length, stored]).toEqual([3, [1]]);
    runner.allow(100);
    const tokens = await answer;
    expect(stored).toEqual([1, 2]);
    // What was registered is found by the tokens' own names.
    await generate(engine, makeRequest("b", [1, 2, 3, 4, 5, 6, 7, ...tokens], { maxTokens: 1 }));
    expect(engine.stats().prefixHitTokens).toBe(16);
    leaving.abort();
    await watching;
    await engine.close();
  });

  test("still writes for a client that has left, before the next owner of its blocks does", async () => {
    const prompts = [1, 2, 3].map((from) => Array.from({ length: 20 }, (_, i) => from * 100 + i));
    const plain = makeEngine(new FakeRunner({ numBlocks: 8, maxModelLen: 64 }));
    const expected = await generate(plain, makeRequest("b", prompts[1]!, { maxTokens: 30 }));
    await plain.close();

    const runner = new LateRunner({ numBlocks: 8, maxModelLen: 64 });
    const engine = makeEngine(runner, { headroom: 0 });
    const leaving = new AbortController();
    const gone = collect(engine.submit(makeRequest("a", prompts[0]!, { maxTokens: 40 }), leaving.signal)[0]!);
    runner.beforeStep = async (step) => {
      engine.checkIntegrity();
      if (step === 5) leaving.abort();
      await Bun.sleep(1);
    };
    const next = generate(engine, makeRequest("b", prompts[1]!, { maxTokens: 30 }));
    expect((await gone).length).toBeLessThan(10);
    expect(await next).toEqual(expected);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("waits where what is drawn next hangs on tokens that the host does not know yet", async () => {
    for (const params of [{ repetitionPenalty: 1.1 }, { badWords: [[7, 8]] }, { presencePenalty: 1 }]) {
      const runner = new LateRunner();
      runner.allowed = 0;
      const engine = makeEngine(runner);
      const penalised = generate(engine, makeRequest("a", [1, 2], { ...params, maxTokens: 3 }));
      const other = generate(engine, makeRequest("b", [3, 4], { maxTokens: 5 }));
      await settled(() => runner.handed.length === 1);
      expect(runner.handed).toHaveLength(1);
      runner.allow(100);
      await Promise.all([penalised, other]);
      const known = runner.handed.slice(0, 3).every(({ tokenIds }) => tokenIds.every((id) => id < SAMPLED));
      // The other goes on alone and need not wait any more.
      expect([known, runner.resolved]).toEqual([true, 1]);
      await engine.close();
    }
  });

  test("waits for the blocks of those who end, rather than take anybody's", async () => {
    const limits = { numBlocks: 2, maxModelLen: 16 };
    const prompts = [100, 200].map((from) => [0, 1, 2, 3, 4, 5, 6].map((k) => from + k));
    const plain = makeEngine(new FakeRunner(limits), { asyncScheduling: false });
    const [first, stop] = await generate(plain, makeRequest("0", prompts[0]!, { maxTokens: 2 }));
    await plain.close();
    expect(first).not.toBe(stop);
    // Both need a second block at once, and only the step in flight tells that one of them ends.
    const engine = makeEngine(new LateRunner(limits), { headroom: 0 });
    const [ended] = await Promise.all([
      generate(engine, makeRequest("0", prompts[0]!, { maxTokens: 9, stopTokenIds: [stop!] })),
      generate(engine, makeRequest("1", prompts[1]!, { maxTokens: 9 })),
    ]);
    expect(ended).toEqual([first!, stop!]);
    expect(engine.stats().preemptions).toBe(0);
    await engine.close();
  });

  test("is lost with the device, and nothing is left over", async () => {
    const runner = new LateRunner();
    runner.beforeStep = async (step) => {
      await Bun.sleep(1);
      if (step === 3) throw new Error("device lost");
    };
    const engine = makeEngine(runner);
    await expect(generate(engine, makeRequest("a", [1], { maxTokens: 20 }))).rejects.toThrow("device lost");
    await engine.close();
    expect(engine.kvState()).toMatchObject({ used: 0, running: [], waiting: [] });
    engine.checkIntegrity();
  });
});
