import type { GrammarSource } from "../contracts/grammar.ts";

/** What the tokens of a vocabulary stand for. */
export interface Vocabulary {
  /** Bytes of the logits' tokens, one after the other; none: the token never occurs in text. */
  readonly bytes: Uint8Array;
  /** [size + 1] where each token's bytes begin, and the end of the last one's. */
  readonly offsets: Uint32Array;
  readonly endIds: readonly number[];
}

/** To the worker. Grammars and matchers go by numbers of the sender's choice. */
export type Order =
  | { readonly type: "compile"; readonly grammar: number; readonly source: GrammarSource }
  | { readonly type: "forget"; readonly grammar: number }
  | {
      readonly type: "open";
      readonly matcher: number;
      readonly grammar: number;
      /** MatcherState. */
      readonly shared: SharedArrayBuffer;
      /** What the output has so far. */
      readonly tokenIds: readonly number[];
    }
  /** Pairs of a matcher and its next token. */
  | { readonly type: "accept"; readonly pairs: readonly number[] }
  | { readonly type: "close"; readonly matcher: number };

/** From the worker. */
export type Report =
  | { readonly type: "started"; readonly ms: number }
  | { readonly type: "compiled"; readonly grammar: number; readonly ms: number; readonly heapBytes: number }
  | { readonly type: "refused"; readonly grammar: number; readonly path: string; readonly reason: string }
  /** These matchers' masks are in place. */
  | { readonly type: "masked"; readonly matchers: readonly number[] }
  | { readonly type: "failed"; readonly matcher: number; readonly reason: string };

/** Words before the mask in a matcher's shared memory: the tokens accepted when the mask was made, plus 1. */
export const STATE_WORDS = 1;
