import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import type { Runner } from "../../src/contracts/runner.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { FakeRunner } from "../engine/fake_runner.ts";
import { makeEngine } from "../engine/harness.ts";
import { events, harness, levelTokenizer } from "./harness.ts";

// Steps wait for turns of the event loop, which are slow on a machine that does much else.
setDefaultTimeout(30_000);

let engine: Engine;
afterEach(() => engine.close());

/** The app over the real engine, with a runner whose steps wait until they are let go. */
function gated(limits: ConstructorParameters<typeof FakeRunner>[0], deps = {}) {
  const runner = new FakeRunner({ vocabSize: levelTokenizer.vocabSize, blockSize: 8, ...limits });
  let open: (() => void)[] = [];
  let free = false;
  runner.beforeStep = () => (free ? undefined : new Promise<void>((resolve) => open.push(resolve)));
  engine = makeEngine(runner);
  const { app } = harness({ serving: { engine }, deps });
  const ask = (body: object, signal?: AbortSignal) =>
    app.request("/v1/completions", {
      method: "POST",
      body: JSON.stringify({ ignore_eos: true, ...body }),
      ...(signal && { signal }),
    });
  const turns = async (count = 20) => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  /** Lets so many steps happen. */
  const step = async (count = 1) => {
    for (let i = 0; i < count; i++) {
      for (let wait = 0; wait < 200 && open.length === 0; wait++) await turns(1);
      for (const resolve of open.splice(0)) resolve();
      await turns(5);
    }
  };
  const letGo = () => {
    free = true;
    for (const resolve of open) resolve();
    open = [];
  };
  return { runner, ask, step, turns, letGo };
}

async function blocksBack(): Promise<void> {
  for (let i = 0; i < 500 && engine.kvState().used > 0; i++) await new Promise((resolve) => setTimeout(resolve, 2));
  const { running, waiting, kvUsage } = engine.stats();
  expect({ running, waiting, kvUsage }).toEqual({ running: 0, waiting: 0, kvUsage: 0 });
  engine.checkIntegrity();
}

/** Let go on, the runner computes what it has been given, which is two steps at most, and every block comes back. */
async function stopsWithItsSteps(runner: FakeRunner, letGo: () => void, answer: unknown): Promise<void> {
  const { steps } = runner;
  letGo();
  await answer;
  await blocksBack();
  expect(runner.steps - steps).toBeLessThanOrEqual(2);
}

const prompt = (length: number, from = 0) => Array.from({ length }, (_, i) => (i * 7 + from) % 250);

for (const stream of [true, false]) {
  describe(`a client that leaves ${stream ? "a stream" : "before its answer"}`, () => {
    test("in the queue", async () => {
      const { ask, step, letGo, turns } = gated({ maxSequences: 1 });
      const first = ask({ prompt: prompt(20), max_tokens: 4 });
      await step();
      const gone = new AbortController();
      const second = ask({ prompt: prompt(20, 3), max_tokens: 4, stream }, gone.signal);
      await turns();
      expect(engine.kvState().waiting).toHaveLength(1);
      gone.abort();
      await step();
      expect(engine.kvState().waiting).toHaveLength(0);
      letGo();
      expect((await (await first).json()).usage.completion_tokens).toBe(4);
      await second;
      await blocksBack();
    });

    test("in prefill", async () => {
      const { ask, step, letGo, runner } = gated({ maxRows: 16, numBlocks: 40, maxModelLen: 256 });
      const gone = new AbortController();
      const answer = ask({ prompt: prompt(200), max_tokens: 4, stream }, gone.signal);
      await step(3);
      const [running] = engine.kvState().running;
      expect(running!.computed).toBeGreaterThan(0);
      expect(running!.computed).toBeLessThan(200);
      gone.abort();
      await stopsWithItsSteps(runner, letGo, answer);
    });

    test("in decode", async () => {
      const { ask, step, letGo, runner } = gated({ maxModelLen: 256 });
      const gone = new AbortController();
      const answer = ask({ prompt: prompt(9), max_tokens: 200, stream }, gone.signal);
      await step(6);
      expect(engine.kvState().running[0]!.tokens).toBeGreaterThan(10);
      gone.abort();
      await stopsWithItsSteps(runner, letGo, answer);
    });

    test("while it is preempted", async () => {
      const { ask, step, letGo } = gated({ numBlocks: 12, maxModelLen: 96 });
      const first = ask({ prompt: prompt(33), max_tokens: 40 });
      await step();
      const gone = new AbortController();
      const second = ask({ prompt: prompt(33, 5), max_tokens: 40, stream }, gone.signal);
      for (let i = 0; i < 60 && (engine.kvState().waiting[0]?.preemptions ?? 0) === 0; i++) await step();
      expect(engine.kvState().waiting[0]!.preemptions).toBe(1);
      gone.abort();
      letGo();
      expect((await (await first).json()).usage.completion_tokens).toBe(40);
      await second;
      await blocksBack();
    });

    test("between siblings: one of n has ended", async () => {
      const { ask, step, letGo, runner } = gated({ maxModelLen: 256 });
      const gone = new AbortController();
      // Ends every sibling that draws one of these, and not all draw it at once.
      const stop_token_ids = Array.from({ length: 40 }, (_, i) => i);
      const answer = ask({ prompt: prompt(9), n: 4, max_tokens: 200, stop_token_ids, stream }, gone.signal);
      for (let i = 0; i < 100 && engine.stats().running !== 2; i++) await step();
      expect(engine.stats().running).toBe(2);
      gone.abort();
      await stopsWithItsSteps(runner, letGo, answer);
    });
  });
}

describe("--request-timeout takes a request out of", () => {
  const deps = { requestTimeout: 0.1 };

  test("the queue", async () => {
    const { ask, step, letGo } = gated({ maxSequences: 1 }, deps);
    const first = ask({ prompt: prompt(20), max_tokens: 100, stream: true });
    await step();
    const second = await ask({ prompt: prompt(20, 3), max_tokens: 4 });
    expect(second.status).toBe(504);
    letGo();
    expect((await events(await first)).at(-1).error.code).toBe("timeout");
    await blocksBack();
  });

  test("prefill", async () => {
    const { ask, step, letGo } = gated({ maxRows: 16, numBlocks: 40, maxModelLen: 256 }, deps);
    const answer = ask({ prompt: prompt(200), max_tokens: 4 });
    await step(3);
    expect((await answer).status).toBe(504);
    letGo();
    await blocksBack();
  });
});

test("a connection that is not read from is given up, long before max_tokens is reached", async () => {
  let computed = 0;
  const maxModelLen = 101_000;
  const runner: Runner = {
    limits: {
      maxRows: 64,
      maxSequences: 4,
      vocabSize: levelTokenizer.vocabSize,
      blockSize: 64,
      numBlocks: 1600,
      maxModelLen,
      maxBlocksPerSeq: 1600,
    },
    blockBytes: 0,
    fingerprint: "",
    readBlocks: async () => new Uint8Array(0),
    writeBlocks() {},
    async step({ samples }) {
      computed += samples;
      return { tokenIds: new Uint32Array(samples).fill(65), logprobs: null };
    },
    close() {},
  };
  engine = makeEngine(runner);
  // Sockets buffer some megabytes; a long name, which is in every chunk, fills them in about a thousand tokens.
  const model = { ids: ["m".repeat(8000)] as const, created: 0, maxModelLen, defaults: {} };
  const { app, get } = harness({ serving: { engine, model }, deps: { slowReaderTimeout: 0.1 } });
  const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: app.fetch });
  try {
    const body = JSON.stringify({ prompt: "a", max_tokens: 100_000, ignore_eos: true, stream: true });
    const socket = connect(server.port!, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(`POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    while (computed === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    for (let i = 0; i < 5000 && engine.kvState().used > 0; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    await blocksBack();
    expect(computed).toBeLessThan(100_000);
    const text = await (await get("/metrics")).text();
    expect(text).toMatch(/request_success_total\{finished_reason="abort",model_name="m+"\} 1/);
    socket.destroy();
  } finally {
    await server.stop(true);
  }
});
