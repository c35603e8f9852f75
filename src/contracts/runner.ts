/** What a step is: the engine fills a StepInput, a Runner computes it and answers with one token per sample. */

/** A ragged batch: prefill chunks and decodes mixed, rows of one sequence side by side, decodes first. */
export interface StepInput {
  /** Tokens in this step. */
  rows: number;
  /** Sequences in this step. */
  sequences: number;
  /** Rows [0, decodeRows) are single-row sequences. */
  decodeRows: number;
  /** Rows sampled. */
  samples: number;
  /** Block copies. */
  copies: number;
  /** Longest context in tokens, the row itself counted. */
  maxContext: number;
  /** [rows] */
  tokenIds: Uint32Array;
  /** [rows] position of the token in its sequence. */
  positions: Uint32Array;
  /** [rows] KV slot: block * blockSize + offset. */
  slots: Uint32Array;
  /** [rows] row of `blockTables`. */
  rowSequences: Uint32Array;
  /** [sequences, maxBlocksPerSeq] */
  blockTables: Uint32Array;
  /** [samples] the row whose logits are sampled. */
  sampleRows: Uint32Array;
  /** [samples, SAMPLING_WORDS] */
  sampling: Uint32Array;
  /** [copies, 2] source block, destination block. */
  copyPairs: Uint32Array;
}

/**
 * One sampling row, SAMPLING_WORDS u32 words:
 * 0 temperature (f32 bits; below 1e-5 means greedy), 1 top_k (0: off), 2 top_p (f32 bits; 1: off),
 * 3 seed low, 4 seed high, 5 position of the token being chosen, 6 and 7 reserved (zero).
 */
export const SAMPLING_WORDS = 8;

/** Below this temperature decoding is greedy (vLLM's threshold). */
export const GREEDY_TEMPERATURE = 1e-5;

export interface RunnerLimits {
  readonly maxRows: number;
  readonly maxSequences: number;
  readonly maxBlocksPerSeq: number;
  readonly maxModelLen: number;
  readonly vocabSize: number;
  readonly blockSize: number;
  readonly numBlocks: number;
}

export interface Runner {
  readonly limits: RunnerLimits;
  /** Computes one step; resolves with [samples] token ids (NOT_A_TOKEN where the logits were not finite). */
  step(input: StepInput): Promise<Uint32Array>;
  close(): void;
}
