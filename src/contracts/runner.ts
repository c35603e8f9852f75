/** What a step is: the engine fills a StepInput, a Runner computes it and answers with a StepOutput, one token a sample. */

/** A ragged batch: prefill chunks and decodes mixed, rows of one sequence side by side, decodes first. */
export interface StepInput {
  /** Tokens in this step. */
  rows: number;
  /** Sequences in this step. */
  sequences: number;
  /** Rows [0, decodeRows) are single-row sequences. */
  decodeRows: number;
  /**
   * Samples to draw: more than `sequences` where a row is sampled several times, or where rows of a prompt are scored. At
   * most `maxSequences` of them choose; the rest are forced (sampling word 11).
   */
  samples: number;
  /** Entries of `edits`; 0: no logits are edited in this step. */
  edits: number;
  /** Rows of `masks`, at most `maxSequences`. */
  masks: number;
  /** Block copies. */
  copies: number;
  /** Ranges of `hiddenRows`; 0: no hidden states are read back in this step. */
  hiddenRanges: number;
  /** Longest context in tokens, the row itself counted. */
  maxContext: number;
  /**
   * -1: no sample of the step asks for log-probabilities; else the most alternatives any of them asks for, 0 to
   * MAX_TOP_LOGPROBS.
   */
  topLogprobs: number;
  /** [rows] ids; or SAMPLED plus a sample of the step before, whose token it is. */
  tokenIds: Uint32Array;
  /** [rows] position of the token in its sequence. */
  positions: Uint32Array;
  /** [rows] KV slot: block * blockSize + offset. */
  slots: Uint32Array;
  /** [rows] row of `blockTables`. */
  rowSequences: Uint32Array;
  /** [sequences, maxBlocksPerSeq] */
  blockTables: Uint32Array;
  /** [samples] the row whose logits are sampled; several samples may name one row. */
  sampleRows: Uint32Array;
  /** [samples, SAMPLING_WORDS] */
  sampling: Uint32Array;
  /** [edits, 2] the samples' lists of edits, one after the other, in the order of the samples. */
  editPairs: Uint32Array;
  /** [masks, maskWords(vocabSize)] bit t % 32 of word t / 32 is set where token t may be chosen. */
  maskBits: Uint32Array;
  /**
   * Masks may still be on their way when a step begins: `maskBits` and `masks` hold once this has resolved, and only
   * sampling waits for it. Absent: they hold already.
   */
  masksReady?: Promise<void> | undefined;
  /** [copies, 2] source block, destination block. */
  copyPairs: Uint32Array;
  /** [hiddenRanges, 2] first row and number of rows whose hidden states are wanted. */
  hiddenRows: Uint32Array;
}

/** Added to a sample's number in `StepInput.tokenIds`, where the host does not know the token yet. No id is as large. */
export const SAMPLED = 0x8000_0000;

/** What a step answers. */
export interface StepOutput {
  /** [samples] chosen ids; NOT_A_TOKEN where a row's logits are not finite. Valid until the next answer. */
  readonly tokenIds: Uint32Array;
  /** Where any sample of the step asked for them; else null. Valid until the next answer. */
  readonly logprobs: StepLogprobs | null;
  /** Where the step asked for them. Valid until the next answer. */
  readonly hidden?: HiddenStates;
}

/** What the final norm makes of the residual stream: what the head reads. */
export interface HiddenStates {
  /** [rows of the ranges, width] one range after the other. */
  readonly values: Float32Array;
  readonly width: number;
}

/**
 * Log-probabilities of the raw logits (before temperature and filters), natural logarithm. Tokens are placed by
 * probability, the likeliest first; of equal logits the lower id first. Where `tokenIds` says NOT_A_TOKEN the sample's
 * log-probabilities are NaN, its rank 0 and its `topIds` NOT_A_TOKEN.
 */
export interface StepLogprobs {
  /** [samples] of the chosen token. */
  readonly chosen: Float32Array;
  /** [samples] the chosen token's place, from 1. */
  readonly ranks: Uint32Array;
  /** Alternatives a sample: the StepInput's `topLogprobs`, or the vocabulary where that is smaller. */
  readonly count: number;
  /** [samples, count] the likeliest tokens, in order. */
  readonly topIds: Uint32Array;
  /** [samples, count] */
  readonly topLogprobs: Float32Array;
}

/** Most alternatives a sample can ask for. */
export const MAX_TOP_LOGPROBS = 64;

/**
 * One sampling row, SAMPLING_WORDS u32 words:
 *
 * 0 temperature (f32 bits; below 1e-5 means greedy), 1 top_k (0: off), 2 top_p (f32 bits; 1: off), 3 seed low, 4 seed
 * high, 5 position of the token being chosen, 6 min_p (f32 bits; 0: off), 7 typical_p (f32 bits; 0 or 1: off),
 *
 * 8 repetition, 9 frequency and 10 presence penalty (f32 bits), 11 the token that is chosen whatever the logits say, plus
 * 1 (0: none), so that `logprobs` scores it,
 *
 * 12 row of `masks` plus 1 (0: every token may be chosen), 13 first pair of its list of edits, 14 how many pairs (token,
 * f32 bits of what is added to its logit; -inf bars it), 15 how many pairs (token, times it occurs in the output) follow
 * these, of all tokens to be penalised. No token stands twice in either part.
 *
 * The mask, the bias and the penalties apply in this order, then temperature, min_p, top_k, top_p and typical_p (vLLM's
 * order; where Hugging Face has typical_p).
 */
export const SAMPLING_WORDS = 16;

/** Bias and barred tokens of one sample, at most. */
export const MAX_BIASED_TOKENS = 4096;

/** Words of one row of a mask. */
export function maskWords(vocabSize: number): number {
  return Math.ceil(vocabSize / 32);
}

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
  /** Bytes of one block: K and V of every layer. */
  readonly blockBytes: number;
  /**
   * Identifies what the bytes of a block depend on beside the tokens: weights, model, KV dtype, block size, layout and
   * whatever computes them. Equal for equal ones, also in another process; hexadecimal.
   */
  readonly fingerprint: string;
  /**
   * Computes a step. Steps, reads and writes of blocks take effect in the order of their calls, so the next call need not
   * wait for the answer, unless this step has `masksReady` or more than `maxSequences` samples, or edits logits. The input
   * stays as it is until the answer.
   */
  step(input: StepInput): Promise<StepOutput>;
  /** Copies blocks to host memory, [blocks.length, blockBytes]. */
  readBlocks(blocks: readonly number[]): Promise<Uint8Array>;
  /** Fills blocks from bytes that `readBlocks` gave, of this runner or of one with an equal fingerprint. */
  writeBlocks(blocks: readonly number[], bytes: Uint8Array): void;
  close(): void;
}
