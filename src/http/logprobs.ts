import type { TokenLogprobs } from "../contracts/generation.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { decodeLossy } from "../text/utf8.ts";

/** A token of an answer, or of the prompt before it. */
export interface ScoredToken {
  readonly tokenId: number;
  /** Characters (code points) of text before it. */
  readonly offset: number;
  /** Null for the first token of a prompt, which nothing predicts. */
  readonly logprobs: TokenLogprobs | null;
}

/** How tokens are called in an answer: by their text, or as `token_id:17`. */
export class TokenNames {
  readonly #tokenizer: Tokenizer;
  readonly #asIds: boolean;

  constructor(tokenizer: Tokenizer, asIds: boolean) {
    this.#tokenizer = tokenizer;
    this.#asIds = asIds;
  }

  name(tokenId: number): string {
    return this.#asIds ? `token_id:${tokenId}` : this.text(tokenId);
  }

  /** U+FFFD where it is a part of a character. */
  text(tokenId: number): string {
    const piece = this.#tokenizer.piece(tokenId) ?? "";
    return typeof piece === "string" ? piece : decodeLossy(piece);
  }

  bytes(tokenId: number): number[] {
    const piece = this.#tokenizer.piece(tokenId) ?? "";
    return [...(typeof piece === "string" ? encoder.encode(piece) : piece)];
  }
}

const encoder = new TextEncoder();

/** Stands for -inf, which JSON cannot say (vLLM's). */
const LEAST = -9999;

function finite(logprob: number): number {
  return Math.max(logprob, LEAST);
}

/** `choices[].logprobs` of chat completions. */
export function chatLogprobs(scored: readonly ScoredToken[], names: TokenNames) {
  const entry = (tokenId: number, logprob: number) => ({
    token: names.name(tokenId),
    logprob: finite(logprob),
    bytes: names.bytes(tokenId),
  });
  const content = scored.map(({ tokenId, logprobs }) => ({
    ...entry(tokenId, logprobs?.logprob ?? LEAST),
    top_logprobs: logprobs?.top.map((other) => entry(other.tokenId, other.logprob)) ?? [],
  }));
  return { content, refusal: null };
}

/** `choices[].logprobs` of completions: lists side by side, and with each token the `count` likeliest and itself. */
export function completionLogprobs(scored: readonly ScoredToken[], count: number, names: TokenNames) {
  return {
    tokens: scored.map(({ tokenId }) => names.name(tokenId)),
    token_logprobs: scored.map(({ logprobs }) => logprobs && finite(logprobs.logprob)),
    top_logprobs: scored.map(({ tokenId, logprobs }) => logprobs && topByName(tokenId, logprobs, count, names)),
    text_offset: scored.map(({ offset }) => offset),
  };
}

/** Of tokens that are called the same, the likeliest counts. */
function topByName(tokenId: number, { logprob, top }: TokenLogprobs, count: number, names: TokenNames) {
  const byName = new Map<string, number>();
  const add = (id: number, value: number) => {
    const name = names.name(id);
    if (!byName.has(name)) byName.set(name, finite(value));
  };
  for (const other of top.slice(0, count)) add(other.tokenId, other.logprob);
  add(tokenId, logprob);
  return Object.fromEntries(byName);
}

/** vLLM's `prompt_logprobs`: for each token of the prompt, by id, the `count` likeliest and itself; null for the first. */
export function promptLogprobs(
  promptIds: readonly number[],
  scores: readonly TokenLogprobs[],
  count: number,
  names: TokenNames,
) {
  return promptIds.map((tokenId, i) => {
    if (i === 0) return null;
    const { logprob, rank, top } = scores[i - 1]!;
    const entry = (id: number, value: number, place: number) =>
      [id, { logprob: finite(value), rank: place, decoded_token: names.text(id) }] as const;
    const others = top.slice(0, count).map((other, place) => entry(other.tokenId, other.logprob, place + 1));
    return Object.fromEntries([...others, entry(tokenId, logprob, rank)]);
  });
}
