import type { Runner, RunnerLimits } from "../../src/contracts/runner.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { engineOptions } from "./engine_options.ts";
import { STORY, servedApp } from "./served_app.ts";

export interface SoakOptions {
  /** Clients at once. */
  readonly streams: number;
  /** Longest answer, in tokens; at least 100. */
  readonly tokens: number;
  /** Requests in all. */
  readonly requests: number;
  /** Share of the clients that leave, at a random moment: in the queue, in prefill, in decode, preempted. */
  readonly leaving: number;
  /** Share of the clients that stop reading and stay. */
  readonly stalling: number;
  readonly slowReaderTimeout: number;
  readonly random: () => number;
}

export interface SoakReport {
  /** How the clients' streams ended. */
  readonly whole: number;
  readonly left: number;
  readonly cut: number;
  readonly tokens: number;
  readonly preemptions: number;
  /** Blocks in use when all have gone. */
  readonly blocksLeft: number;
  /**
   * Microseconds of CPU time between two steps, for each token of the first: all of the host's work, the clients'
   * sending and reading included. Half of the tokens, and 99 in 100, took no longer.
   */
  readonly hostPerToken: { readonly p50: number; readonly p99: number };
  /** Megabytes of the process before, at its largest and after. */
  readonly rss: { readonly before: number; readonly peak: number; readonly after: number };
}

const PROMPT_TOKENS = 24;
const BLOCK_SIZE = 16;
const COLON = 0x3a;

/** Answers at once with the next words of a story, whatever it is given; measures the time between its steps. */
class StoryTeller implements Runner {
  readonly limits: RunnerLimits;
  readonly blockBytes = 0;
  readonly fingerprint = "";
  tokens = 0;
  /** For every step: microseconds for each of its tokens, and their number. */
  readonly host: { readonly each: number; readonly count: number }[] = [];
  readonly #story: readonly number[];
  #answered = 0;
  #answeredAt = process.cpuUsage();

  constructor(limits: RunnerLimits, story: readonly number[]) {
    this.limits = limits;
    this.#story = story;
  }

  async step({ samples }: { readonly samples: number }) {
    if (this.#answered > 0) {
      const { user, system } = process.cpuUsage(this.#answeredAt);
      this.host.push({ each: (user + system) / this.#answered, count: this.#answered });
    }
    const tokenIds = Uint32Array.from(
      { length: samples },
      (_, i) => this.#story[(this.tokens + i) % this.#story.length]!,
    );
    this.tokens += samples;
    this.#answered = samples;
    this.#answeredAt = process.cpuUsage();
    return { tokenIds, logprobs: null };
  }

  async readBlocks() {
    return new Uint8Array(0);
  }
  writeBlocks() {}
  close() {}
}

/**
 * Streams to a crowd of clients, some of which leave and some of which stop reading, from the real engine over a third of
 * the blocks they could need. Throws where a client that stayed did not get its whole answer.
 */
export async function soak(tokenizer: Tokenizer, options: SoakOptions): Promise<SoakReport> {
  const { streams, tokens, requests, leaving, stalling, random } = options;
  const blocksEach = Math.ceil((PROMPT_TOKENS + tokens) / BLOCK_SIZE);
  const runner = new StoryTeller(
    {
      maxRows: 2048,
      maxSequences: streams,
      maxModelLen: blocksEach * BLOCK_SIZE,
      maxBlocksPerSeq: blocksEach,
      vocabSize: tokenizer.vocabSize,
      blockSize: BLOCK_SIZE,
      numBlocks: Math.ceil((streams * blocksEach) / 3),
    },
    tokenizer.encode(STORY),
  );
  const engine = new Engine(runner, engineOptions({ maxBatchedTokens: 2048, maxSequences: streams, headroom: 0 }));
  const app = servedApp(engine, tokenizer, { slowReaderTimeout: options.slowReaderTimeout });
  const report = { whole: 0, left: 0, cut: 0 };
  const rss = { before: megabytes(), peak: 0, after: 0 };

  const client = async () => {
    const wanted = 100 + Math.floor(random() * (tokens - 99));
    const fate = random();
    const patience = Math.floor(random() * wanted);
    const gone = new AbortController();
    const response = await app.request("/v1/completions", {
      method: "POST",
      signal: gone.signal,
      body: JSON.stringify({
        prompt: Array.from({ length: PROMPT_TOKENS }, () => Math.floor(random() * tokenizer.vocabSize)),
        max_tokens: wanted,
        stream: true,
        ignore_eos: true,
        return_token_ids: true,
      }),
    });
    const reader = response.body!.getReader();
    if (fate < leaving) {
      for (let i = 0; i < patience; i++) if (fate < leaving / 2 || i > 0) await reader.read();
      if (random() < 0.5) gone.abort();
      else await reader.cancel();
      report.left++;
    } else if (fate < leaving + stalling) {
      await reader.read();
      await reader.closed.then(
        () => {
          throw new Error("a stream that nobody read came to its end");
        },
        () => report.cut++,
      );
    } else {
      let events = 0;
      // A comment, which begins with a colon, keeps the stream alive and is no event.
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        if (read.value[0] !== COLON) events++;
      }
      if (events !== wanted + 1) throw new Error(`a client got ${events} events for ${wanted} tokens and [DONE]`);
      report.whole++;
    }
  };
  let begun = 0;
  const inTurn = async () => {
    while (begun++ < requests) {
      await client();
      rss.peak = Math.max(rss.peak, megabytes());
    }
  };
  await Promise.all(Array.from({ length: streams }, inTurn));
  const { preemptions } = engine.stats();
  await engine.drain(10_000);
  engine.checkIntegrity();
  const blocksLeft = engine.kvState().used;
  await engine.close();
  rss.after = megabytes();
  return {
    ...report,
    tokens: runner.tokens,
    preemptions,
    blocksLeft,
    hostPerToken: { p50: quantileOfTokens(runner.host, 0.5), p99: quantileOfTokens(runner.host, 0.99) },
    rss,
  };
}

/** The cost that `share` of the tokens do not exceed. */
function quantileOfTokens(steps: StoryTeller["host"], share: number): number {
  const wanted = share * steps.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { each, count } of steps.toSorted((a, b) => a.each - b.each)) {
    seen += count;
    if (seen >= wanted) return each;
  }
  return Number.NaN;
}

function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
