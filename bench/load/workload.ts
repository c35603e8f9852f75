import type { Tokenizer } from "../../src/text/tokenizer.ts";
import type { Prompt } from "./prompt.ts";

export interface LoadRequest {
  /** Tokens; of a prompt that is text, roughly. */
  readonly promptLength: number;
  readonly outputLength: number;
  prompt(): Prompt;
}

export interface Workload {
  readonly requests: readonly LoadRequest[];
  /** Seconds, ascending, where the workload has a rhythm of its own; else null. */
  readonly arrivals: readonly number[] | null;
}

export interface WorkloadOptions {
  /** Requests wanted. */
  readonly count: number;
  readonly inputLen: number;
  readonly outputLen: number;
  /** Tokens before the input that all requests have in common. */
  readonly prefixLen: number;
  /** Lengths are drawn evenly from len * (1 - ratio) to len * (1 + ratio). */
  readonly rangeRatio: number;
  /** Factor on the lengths that the workload brings, for models with a short context. */
  readonly lengthScale: number;
  /** Token ids are below it. */
  readonly vocabSize: number;
  /** Most tokens of prompt and output together; longer requests of a trace are left out. */
  readonly maxLength: number;
  /** The same seed, the same load. */
  readonly seed: number;
  /** Prompts of two variants of a seed have the same lengths and nothing else in common. */
  readonly variant: number;
  /** Of the served model, where it is known. */
  readonly tokenizer: Tokenizer | null;
  /** Whether the server takes token ids; else texts. */
  readonly sendIds: boolean;
}
