import { describe, expect, test } from "bun:test";
import { NOT_A_TOKEN } from "../../src/contracts/device.ts";
import { EngineError, type GenerationRequest } from "../../src/contracts/generation.ts";
import { FakeRunner } from "./fake_runner.ts";
import { collect, generate, makeEngine, makeRequest } from "./harness.ts";

const never = () => new AbortController().signal;

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof EngineError) return `${error.code} ${error.param}`;
    throw error;
  }
  return "no error";
}

describe("Engine", () => {
  test("generates maxTokens tokens, marks the last with length and gives every block back", async () => {
    const engine = makeEngine(new FakeRunner());
    const events = await collect(engine.submit(makeRequest("a", [1, 2, 3], { maxTokens: 20 }), never())[0]!);
    expect(events).toHaveLength(20);
    expect(events.slice(0, -1).every(({ finish }) => finish === undefined)).toBe(true);
    expect(events.at(-1)?.finish?.reason).toBe("length");
    const timing = events.at(-1)!.finish!.timing;
    expect(timing.arrived).toBeLessThanOrEqual(timing.firstScheduled);
    expect(timing.firstToken).toBeLessThanOrEqual(timing.finished);
    expect(engine.kvState()).toMatchObject({ used: 0, free: 60, running: [], waiting: [] });
    engine.checkIntegrity();
    await engine.close();
  });

  test("stops at end of sequence, at a stop id, at the context's end, and not at EOS when told so", async () => {
    const plain = makeEngine(new FakeRunner());
    const tokens = await generate(plain, makeRequest("a", [5], { maxTokens: 10 }));
    const stop = tokens[3]!;
    const first = tokens.indexOf(stop) + 1;
    await plain.close();

    const engine = makeEngine(new FakeRunner({ maxModelLen: 32 }), { eosTokenIds: [stop] });
    const finish = async (params: Partial<GenerationRequest["params"]>) => {
      const events = await collect(engine.submit(makeRequest("a", [5], params), never())[0]!);
      const { reason, stopReason } = events.at(-1)!.finish!;
      return [events.length, reason, stopReason];
    };
    expect(await finish({ maxTokens: 10 })).toEqual([first, "stop", null]);
    expect(await finish({ maxTokens: 10, ignoreEos: true })).toEqual([10, "length", null]);
    expect(await finish({ maxTokens: 10, ignoreEos: true, stopTokenIds: [stop] })).toEqual([first, "stop", stop]);
    expect(await finish({ maxTokens: 500, ignoreEos: true })).toEqual([31, "length", null]);
    await engine.close();
  });

  test("refuses what can never run, naming the field, and keeps nothing of it", async () => {
    const runner = new FakeRunner();
    const engine = makeEngine(runner, { maxQueuedRequests: 2 });
    const submit = (request: GenerationRequest) => codeOf(() => engine.submit(request, never()));
    expect(await submit(makeRequest("a", []))).toBe("invalid_request prompt");
    expect(await submit(makeRequest("a", [1000]))).toBe("invalid_request prompt");
    expect(await submit(makeRequest("a", [-1]))).toBe("invalid_request prompt");
    expect(await submit(makeRequest("a", [1.5]))).toBe("invalid_request prompt");
    expect(await submit(makeRequest("a", new Array(256).fill(1)))).toBe("invalid_request prompt");
    expect(await submit(makeRequest("a", [1], { maxTokens: 0 }))).toBe("invalid_request max_tokens");
    expect(engine.stats().waiting).toBe(0);
    runner.beforeStep = () => Bun.sleep(5);
    const running = generate(engine, makeRequest("a", [1]));
    await Bun.sleep(1);
    const waiting = ["b", "c"].map((id) => generate(engine, makeRequest(id, [1])));
    expect(await submit(makeRequest("a", [1]))).toBe("invalid_request id");
    expect(await submit(makeRequest("d", [1]))).toBe("queue_full null");
    await Promise.all([running, ...waiting]);
    await engine.close();
  });

  test("an abort frees the blocks within one step, whether by signal or by leaving the iteration", async () => {
    const runner = new FakeRunner();
    const engine = makeEngine(runner);
    const controller = new AbortController();
    const events = engine.submit(makeRequest("a", [1, 2], { maxTokens: 200 }), controller.signal)[0]!;
    const seen: number[] = [];
    let stepsAtAbort = 0;
    for await (const { tokenId } of events) {
      seen.push(tokenId);
      if (seen.length === 3) {
        stepsAtAbort = runner.steps;
        controller.abort();
      }
    }
    expect(runner.steps - stepsAtAbort).toBeLessThanOrEqual(1);
    expect(engine.kvState().used).toBe(0);

    for await (const _ of engine.submit(makeRequest("b", [1, 2], { maxTokens: 200 }), never())[0]!) break;
    while (engine.stats().running > 0) await Bun.sleep(1);
    expect(engine.kvState().used).toBe(0);

    const aborted = engine.submit(makeRequest("c", [1, 2]), AbortSignal.abort())[0]!;
    expect(await collect(aborted)).toEqual([]);
    engine.checkIntegrity();
    await engine.close();
  });

  test("a cancellation that arrives while a step runs gives the blocks back within one step", async () => {
    const runner = new FakeRunner();
    const engine = makeEngine(runner);
    const controller = new AbortController();
    runner.beforeStep = async (step) => {
      if (step === 2) controller.abort();
      await Bun.sleep(2);
    };
    await collect(engine.submit(makeRequest("a", [1, 2], { maxTokens: 100 }), controller.signal)[0]!);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
    // The third, and the one that was handed over while it ran.
    expect(runner.steps).toBeLessThanOrEqual(4);
    engine.checkIntegrity();
  });

  test("draining refuses newcomers, finishes the running ones, and aborts them after the timeout", async () => {
    const runner = new FakeRunner();
    runner.beforeStep = () => Bun.sleep(2);
    const engine = makeEngine(runner);
    const short = generate(engine, makeRequest("a", [1], { maxTokens: 3 }));
    const long = codeOf(() => collect(engine.submit(makeRequest("b", [1], { maxTokens: 200 }), never())[0]!));
    const drained = engine.drain(50);
    expect(await codeOf(() => engine.submit(makeRequest("c", [1]), never()))).toBe("draining null");
    await drained;
    expect(await short).toHaveLength(3);
    expect(await long).toBe("draining null");
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("logits that are not finite lose the one request and no other", async () => {
    const runner = new FakeRunner();
    const step = runner.step.bind(runner);
    runner.step = async (input) => {
      const output = await step(input);
      if (runner.steps === 3) output.tokenIds[0] = NOT_A_TOKEN;
      return output;
    };
    const engine = makeEngine(runner);
    const poisoned = codeOf(() => collect(engine.submit(makeRequest("a", [1]), never())[0]!));
    const healthy = generate(engine, makeRequest("b", [1]));
    expect(await poisoned).toBe("internal null");
    expect(await healthy).toHaveLength(8);
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("a device that fails ends every request with the reason, and later ones too", async () => {
    const runner = new FakeRunner();
    runner.beforeStep = (step) => {
      if (step === 2) throw new Error("device lost");
    };
    const engine = makeEngine(runner);
    const requests = ["a", "b"].map((id) => codeOf(() => collect(engine.submit(makeRequest(id, [1]), never())[0]!)));
    expect(await Promise.all(requests)).toEqual(["internal null", "internal null"]);
    expect(await codeOf(() => engine.submit(makeRequest("c", [1]), never()))).toBe("internal null");
    expect(engine.failure).toContain("device lost");
    expect(engine.kvState().used).toBe(0);
    await engine.close();
  });

  test("a pinned prefix is computed once, found by every salt, and leaves an idle engine with used = 0", async () => {
    const runner = new FakeRunner({ maxModelLen: 128 });
    const engine = makeEngine(runner);
    const prefix = Array.from({ length: 44 }, (_, i) => i + 1);
    await engine.pinPrefix(prefix);
    expect(engine.kvState()).toMatchObject({ pinned: 5, used: 0, free: 55 });
    const ask = (salt: string) =>
      collect(engine.submit({ ...makeRequest(salt, [...prefix, 500]), cacheSalt: salt }, never())[0]!);
    const alone = makeEngine(new FakeRunner({ maxModelLen: 128 }));
    const expected = await generate(alone, makeRequest("alone", [...prefix, 500]));
    for (const salt of ["a", "b"]) {
      const events = await ask(salt);
      expect(events.map(({ tokenId }) => tokenId)).toEqual(expected);
      expect(events[0]!.cachedTokens).toBe(40);
    }
    expect(engine.kvState()).toMatchObject({ pinned: 5, used: 0 });
    engine.checkIntegrity();
    await Promise.all([engine.close(), alone.close()]);
  });

  test("a prefix that would leave too little room for the longest sequence is refused", async () => {
    const engine = makeEngine(new FakeRunner({ numBlocks: 20, maxModelLen: 128 }));
    expect(await codeOf(() => engine.pinPrefix(Array.from({ length: 60 }, (_, i) => i)))).toBe("invalid_request null");
    expect(engine.kvState()).toMatchObject({ pinned: 0, free: 20 });
    await engine.close();
  });
});
