import { mean, percentile } from "./statistics.ts";

/** What a client saw of one request; times in milliseconds on one clock. */
export interface Answered {
  /** When the request was sent. */
  readonly start: number;
  /** When each chunk with tokens arrived; at least one. */
  readonly chunks: readonly number[];
  /** When the last chunk of the answer arrived; it may bring no token. */
  readonly end: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** The latencies of one request in milliseconds, as vLLM defines them. */
export interface Latencies {
  /** Time to first token. */
  readonly ttft: number;
  /** Time per output token after the first; null for a single token. */
  readonly tpot: number | null;
  /** Inter-token latencies: the times between chunks that follow one another. */
  readonly itl: readonly number[];
  /** End-to-end latency. */
  readonly e2el: number;
}

export function latenciesOf({ start, chunks, end, outputTokens }: Answered): Latencies {
  const ttft = chunks[0]! - start;
  const e2el = end - start;
  return {
    ttft,
    tpot: outputTokens > 1 ? (e2el - ttft) / (outputTokens - 1) : null,
    itl: chunks.slice(1).map((at, i) => at - chunks[i]!),
    e2el,
  };
}

/** Service level objectives: most milliseconds of each. */
export type Objectives = Readonly<Partial<Record<"ttft" | "tpot" | "e2el", number>>>;

/** Whether a request kept to every objective. A single token has no time per output token and keeps to any. */
export function isGood({ ttft, tpot, e2el }: Latencies, objectives: Objectives): boolean {
  const { ttft: most = Infinity, tpot: mostEach = Infinity, e2el: mostInAll = Infinity } = objectives;
  return ttft <= most && (tpot ?? 0) <= mostEach && e2el <= mostInAll;
}

/** Of latencies, in milliseconds; NaN where there are none. */
export interface Spread {
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
}

export interface ServingMetrics {
  /** Seconds from the first request's turn to the last answer's end. */
  readonly duration: number;
  readonly completed: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Per second: requests, those that kept to the objectives (null without any), output tokens, all tokens. */
  readonly requestThroughput: number;
  readonly goodput: number | null;
  readonly outputThroughput: number;
  readonly totalThroughput: number;
  readonly ttft: Spread;
  readonly tpot: Spread;
  readonly itl: Spread;
  readonly e2el: Spread;
}

/** @param seconds how long the whole load took */
export function servingMetrics(
  answers: readonly Answered[],
  failed: number,
  seconds: number,
  objectives: Objectives,
): ServingMetrics {
  const each = answers.map(latenciesOf);
  const inputTokens = answers.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const outputTokens = answers.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  const good = each.filter((latencies) => isGood(latencies, objectives)).length;
  return {
    duration: seconds,
    completed: answers.length,
    failed,
    inputTokens,
    outputTokens,
    requestThroughput: answers.length / seconds,
    goodput: Object.keys(objectives).length > 0 ? good / seconds : null,
    outputThroughput: outputTokens / seconds,
    totalThroughput: (inputTokens + outputTokens) / seconds,
    ttft: spread(each.map(({ ttft }) => ttft)),
    tpot: spread(each.flatMap(({ tpot }) => tpot ?? [])),
    itl: spread(each.flatMap(({ itl }) => itl)),
    e2el: spread(each.map(({ e2el }) => e2el)),
  };
}

export function spread(values: readonly number[]): Spread {
  return {
    mean: mean(values),
    median: percentile(values, 50),
    p90: percentile(values, 90),
    p99: percentile(values, 99),
  };
}
