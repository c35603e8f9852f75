import type { FinishReason } from "../contracts/generation.ts";
import type { ScoredToken } from "./logprobs.ts";

/** What one token changed. */
export interface Delta {
  readonly text: string;
  /** Where the job asks for these to be split from the text. */
  readonly reasoning?: string;
  readonly calls?: readonly CallDelta[];
  readonly tokenIds: readonly number[];
  /** The tokens with their log-probabilities, where these are asked for; with echo the prompt's tokens come first. */
  readonly scored?: readonly ScoredToken[];
  /** On the last delta only. */
  readonly finish: Finish | null;
}

export interface Finish {
  readonly reason: FinishReason | "tool_calls";
  /** The stop string or the stop token id that ended the choice; null for EOS and length. */
  readonly stopReason: string | number | null;
}

/** What a delta says about a call, in OpenAI's shape: id, type and name come with its first one. */
export interface CallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: "function";
  readonly function: { readonly name?: string; readonly arguments: string };
}
