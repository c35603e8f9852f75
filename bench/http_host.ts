import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { getLogger } from "@logtape/logtape";
import { AsyncQueue } from "../src/base/async_queue.ts";
import { bundledModel } from "../src/cli/bundled_model.ts";
import type { GenerationEngine, GenerationRequest, KvState, TokenEvent } from "../src/contracts/generation.ts";
import { createApp } from "../src/http/app.ts";
import { ChatTemplate } from "../src/text/chat_template.ts";
import { loadTokenizer } from "../src/text/tokenizer.ts";
import { quantile } from "./lib/statistics.ts";

/**
 * What it costs the host to stream one token: detokenising, the search for stop strings, JSON, server-sent events and
 * metrics, and the reading of the body. The engine is one that hands every stream a token per step and computes nothing;
 * there are no sockets. CPU time is of the whole process, so it holds on a machine that does other work, too.
 *
 *   ./octavo bench http_host [--streams 256] [--tokens 400] [--path chat/completions]
 */
const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "256" },
    tokens: { type: "string", default: "400" },
    path: { type: "string", default: "chat/completions" },
    stop: { type: "string", default: "\nUser:" },
  },
});
const streams = Number(values.streams);
const tokens = Number(values.tokens);

/** A story in the model's own tokens, over and over, one token to every stream per step. */
class EndlessStory implements GenerationEngine {
  readonly maxModelLen = 1_000_000;
  readonly numBlocks = 1;
  readonly blockSize = 16;
  readonly failure = null;
  readonly vocabSize: number;
  readonly #story: readonly number[];
  #live: { readonly queue: AsyncQueue<TokenEvent>; readonly maxTokens: number; count: number }[] = [];

  constructor(vocabSize: number, story: readonly number[]) {
    this.vocabSize = vocabSize;
    this.#story = story;
  }

  submit({ params: { maxTokens } }: GenerationRequest): readonly AsyncIterable<TokenEvent>[] {
    const queue = new AsyncQueue<TokenEvent>(() => {});
    this.#live.push({ queue, maxTokens, count: 0 });
    return [queue];
  }

  /** False when nobody waits for tokens any more. */
  step(): boolean {
    const timing = { arrived: 0, firstScheduled: 0, firstToken: 0, finished: 0, preemptedAt: [] };
    for (const live of this.#live) {
      const tokenId = this.#story[live.count++ % this.#story.length]!;
      const last = live.count === live.maxTokens;
      live.queue.push({
        tokenId,
        cachedTokens: 0,
        ...(last && { finish: { reason: "length", stopReason: null, timing } }),
      });
      if (last) live.queue.end();
    }
    this.#live = this.#live.filter(({ queue }) => !queue.ended);
    return this.#live.length > 0;
  }

  stats() {
    const totals = { preemptions: 0, prefixQueryTokens: 0, prefixHitTokens: 0, steps: 0, scheduledTokens: 0 };
    return { running: this.#live.length, waiting: 0, kvUsage: 0, ...totals };
  }
  kvState(): KvState {
    throw new Error("there is no cache");
  }
  blockEvents(): AsyncIterable<never> {
    throw new Error("there is no cache");
  }
  onStep() {}
  async drain() {}
}

const tokenizer = await loadTokenizer(await bundledModel());
const story = tokenizer.encode(
  "Once upon a time there was a small cat who lived in a big house. Every day she went out to look for friends. " +
    '"Hello," said the bird, "shall we play?" And so they played until the sun went down.',
);
const engine = new EndlessStory(tokenizer.vocabSize, story);
const app = createApp({
  serving: () => ({
    engine,
    tokenizer,
    chatTemplate: new ChatTemplate("{% for m in messages %}{{ m.content }}{% endfor %}", tokenizer.specialTokens),
    toolCalls: null,
    reasoning: false,
    model: { ids: ["octavo-bench"], created: 0, maxModelLen: engine.maxModelLen, defaults: {} },
  }),
  readiness: () => ({ ready: true, reason: "" }),
  apiKeys: ["key"],
  metricsPrefix: "octavo:",
  version: "",
  logger: getLogger(["bench"]),
  now: () => performance.now(),
  unixTime: () => 0,
  nextSeed: () => 0n,
});

/** Bytes of a stream, read as they come. */
async function readStream(): Promise<number> {
  const response = await app.request(`/v1/${values.path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer key" },
    body: JSON.stringify({
      [values.path === "completions" ? "prompt" : "messages"]:
        values.path === "completions" ? "Once" : [{ role: "user", content: "Once" }],
      max_tokens: tokens,
      stream: true,
      stop: values.stop === "" ? undefined : [values.stop],
    }),
  });
  if (!response.ok || response.body === null) throw new Error(await response.text());
  let bytes = 0;
  for await (const chunk of response.body) bytes += chunk.byteLength;
  return bytes;
}

interface Round {
  /** Microseconds for each token. */
  readonly cpu: number;
  readonly wall: number;
  /** Milliseconds of every step, from its tokens to the next turn of the event loop. */
  readonly steps: readonly number[];
  readonly bytes: number;
}

async function round(): Promise<Round> {
  const answers = Array.from({ length: streams }, readStream);
  while (engine.stats().running < streams) await nextTurn();
  const steps: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let more = true; more; ) {
    const stepBegan = performance.now();
    more = engine.step();
    await nextTurn();
    steps.push(performance.now() - stepBegan);
  }
  const sizes = await Promise.all(answers);
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const total = streams * tokens;
  return {
    cpu: (user + system) / total,
    wall: (wall * 1000) / total,
    steps,
    bytes: sizes.reduce((a, b) => a + b) / total,
  };
}

await round();
const rounds: Round[] = [];
for (let i = 0; i < 5; i++) rounds.push(await round());
const best = rounds.toSorted((a, b) => a.cpu - b.cpu);
const perToken = rounds.flatMap(({ steps }) => steps.map((ms) => (ms * 1000) / streams));
const shown = (value: number) => value.toFixed(2);
console.log(`${values.path}, ${streams} streams of ${tokens} tokens, ${shown(best[0]!.bytes)} bytes a token, 5 rounds`);
console.log(`CPU time per token: ${best.map(({ cpu }) => shown(cpu)).join(", ")} us`);
console.log(`wall time per token: ${best.map(({ wall }) => shown(wall)).join(", ")} us`);
console.log(
  `wall time per token of a step: p50 ${shown(quantile(perToken, 0.5))} us, p99 ${shown(quantile(perToken, 0.99))} us`,
);
