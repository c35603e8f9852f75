import type { TokenLogprobs } from "../contracts/generation.ts";
import { type Completion, usageOf } from "../http/answer.ts";
import type { Choice } from "../http/choice.ts";
import type { CallDelta, Delta, Finish } from "../http/delta.ts";
import type { Job } from "../http/job.ts";
import type { ScoredToken } from "../http/logprobs.ts";
import type { ToolCall } from "../http/tools_answer.ts";

/** Of the model's raw distribution, before temperature and filters; natural logarithms. */
export interface TokenLogprob {
  readonly tokenId: number;
  /** The token's text; U+FFFD where it is a part of a character. */
  readonly token: string;
  readonly logprob: number;
}

/** A token of a text with its log-probability; null for a prompt's first token, which nothing predicts. */
export interface ScoredTokenOutput extends Omit<TokenLogprob, "logprob"> {
  readonly logprob: number | null;
  /** The likeliest tokens at its place, likeliest first; as many as were asked for. */
  readonly top: readonly TokenLogprob[];
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Prompt tokens that were found in the prefix cache. */
  readonly cachedTokens: number;
}

export type FinishReason = Finish["reason"];

/** One answer to a prompt. */
export interface Answer {
  /** Which of the n it is, from 0. */
  readonly index: number;
  readonly text: string;
  readonly tokenIds: readonly number[];
  readonly finishReason: FinishReason;
  /** The stop text or the stop token id that ended it; null for the model's own end and for length. */
  readonly stopReason: string | number | null;
  /** Where asked for. */
  readonly logprobs?: readonly ScoredTokenOutput[];
  /** What the model thought before it answered, where it says so. */
  readonly reasoning?: string;
  /** In OpenAI's shape, so that they can go into the next messages as `tool_calls`. */
  readonly toolCalls?: readonly ToolCall[];
}

/** What became of a prompt: the first answer, and all n of them. */
export interface Output extends Answer {
  readonly promptTokenIds: readonly number[];
  /** Where asked for. */
  readonly promptLogprobs?: readonly ScoredTokenOutput[];
  readonly answers: readonly Answer[];
  readonly usage: Usage;
}

/** What a token added to an answer. */
export interface Piece {
  /** Which of the n answers goes on. */
  readonly index: number;
  /** May be empty: part of a character, or of what may become a stop text. */
  readonly text: string;
  readonly tokenIds: readonly number[];
  readonly logprobs?: readonly ScoredTokenOutput[];
  readonly reasoning?: string;
  /** In OpenAI's shape: id and name come with a call's first piece, its arguments bit by bit. */
  readonly toolCalls?: readonly CallDelta[];
  /** Null before the last piece of the answer. */
  readonly finishReason: FinishReason | null;
  readonly stopReason: string | number | null;
}

export function outputOf(job: Job, choices: readonly Choice[], completions: readonly Completion[]): Output {
  const answers = completions.map((completion) => answerOf(completion, job));
  const [first] = completions;
  const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details } = usageOf(job, choices);
  return {
    ...answers[0]!,
    promptTokenIds: first!.promptIds,
    ...(job.promptLogprobs >= 0 && { promptLogprobs: promptScores(first!, job) }),
    answers,
    usage: {
      promptTokens: prompt_tokens,
      completionTokens: completion_tokens,
      totalTokens: total_tokens,
      cachedTokens: prompt_tokens_details.cached_tokens,
    },
  };
}

function answerOf({ index, text, tokenIds, finish, scored, reasoning, calls }: Completion, job: Job): Answer {
  return {
    index,
    text,
    tokenIds,
    finishReason: finish.reason,
    stopReason: finish.stopReason,
    ...(job.logprobs >= 0 && { logprobs: scored.map((token) => scoreOf(token, job.logprobs, job)) }),
    ...(reasoning !== "" && { reasoning }),
    ...(calls.length > 0 && { toolCalls: calls }),
  };
}

export function pieceOf(index: number, { text, tokenIds, scored, reasoning, calls, finish }: Delta, job: Job): Piece {
  return {
    index,
    text,
    tokenIds,
    ...(scored && { logprobs: scored.map((token) => scoreOf(token, job.logprobs, job)) }),
    ...(reasoning && { reasoning }),
    ...(calls?.length && { toolCalls: calls }),
    finishReason: finish?.reason ?? null,
    stopReason: finish?.stopReason ?? null,
  };
}

function promptScores({ promptIds, promptLogprobs }: Completion, job: Job): ScoredTokenOutput[] {
  return promptIds.map((tokenId, i) =>
    scoreOf({ tokenId, logprobs: promptLogprobs[i - 1] ?? null }, job.promptLogprobs, job),
  );
}

function scoreOf(
  { tokenId, logprobs }: Pick<ScoredToken, "tokenId"> & { readonly logprobs: TokenLogprobs | null },
  count: number,
  { names }: Job,
): ScoredTokenOutput {
  const top = logprobs?.top.slice(0, count) ?? [];
  return {
    tokenId,
    token: names.text(tokenId),
    logprob: logprobs?.logprob ?? null,
    top: top.map((other) => ({ ...other, token: names.text(other.tokenId) })),
  };
}
