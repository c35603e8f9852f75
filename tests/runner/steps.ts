import { type RunnerLimits, SAMPLING_WORDS, type StepInput } from "../../src/contracts/runner.ts";

export interface StepRequest {
  /** Tokens of one sequence, from position `start` on. */
  readonly tokens: readonly number[];
  readonly start?: number;
  /** Physical blocks of the sequence. */
  readonly blocks: readonly number[];
  /** Seeds of the samples, all of the last row. */
  readonly seeds?: readonly number[];
  readonly temperature?: number;
  readonly topLogprobs?: number;
  readonly hiddenRows?: readonly number[];
}

/** The step of one sequence, sampled at its last row once for each seed. */
export function stepOf({ blockSize, maxBlocksPerSeq }: RunnerLimits, request: StepRequest): StepInput {
  const { tokens, start = 0, blocks, seeds = [0], temperature = 0, topLogprobs = -1, hiddenRows = [] } = request;
  const rows = tokens.length;
  const sampling = new Uint32Array(seeds.length * SAMPLING_WORDS);
  const floats = new Float32Array(sampling.buffer);
  seeds.forEach((seed, i) => {
    floats[i * SAMPLING_WORDS] = temperature;
    floats[i * SAMPLING_WORDS + 2] = 1;
    sampling[i * SAMPLING_WORDS + 3] = seed;
    sampling[i * SAMPLING_WORDS + 5] = start + rows;
  });
  const positions = Uint32Array.from(tokens, (_, i) => start + i);
  const blockTables = new Uint32Array(maxBlocksPerSeq);
  blockTables.set(blocks);
  return {
    rows,
    sequences: 1,
    decodeRows: rows === 1 ? 1 : 0,
    samples: seeds.length,
    copies: 0,
    hiddenRanges: hiddenRows.length / 2,
    maxContext: start + rows,
    edits: 0,
    masks: 0,
    topLogprobs,
    tokenIds: Uint32Array.from(tokens),
    positions,
    slots: positions.map((position) => blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize)),
    rowSequences: new Uint32Array(rows),
    blockTables,
    sampleRows: new Uint32Array(seeds.length).fill(rows - 1),
    sampling,
    editPairs: new Uint32Array(0),
    maskBits: new Uint32Array(0),
    copyPairs: new Uint32Array(0),
    hiddenRows: Uint32Array.from(hiddenRows),
  };
}
