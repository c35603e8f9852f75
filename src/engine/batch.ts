import { assert } from "../base/assert.ts";
import { maskWords, type RunnerLimits, SAMPLING_WORDS, type StepInput } from "../contracts/runner.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import { awaitMasks } from "./await_masks.ts";
import { LogitEdits } from "./logit_edits.ts";
import type { ScheduledChunk } from "./scheduler.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";

/** Samples `first` and on score the prompt's tokens after `position` and on, `count` of them. */
export interface PromptScores {
  readonly sequence: Sequence;
  readonly first: number;
  readonly position: number;
  readonly count: number;
}

/** Rows `first` and on of the step's hidden states are the sequence's from `position` on, `count` of them. */
export interface PooledRows {
  readonly sequence: Sequence;
  readonly first: number;
  readonly position: number;
  readonly count: number;
}

/** Samples `first` and on are drawn after each of a draft's tokens. */
export interface DraftedSamples {
  readonly sequence: Sequence;
  readonly first: number;
  readonly draft: Uint32Array;
}

/**
 * Writes the scheduler's choice into the typed arrays of a StepInput. The arrays are made once, for the largest step,
 * and reused once the step is over.
 */
export class Batch {
  readonly input: StepInput;
  /** [samples] who gets a step's samples as its next tokens; null: nobody yet, since it scores a prompt or follows a draft. */
  readonly drawn: (Sequence | null)[] = [];
  readonly drafted: DraftedSamples[] = [];
  /** Rows of prompts, or of what was lost, are among the step's. */
  hasPrompts = false;
  /** Nothing can be scheduled before this step's result is known, nor handed to the runner. */
  standsAlone = false;
  /** Where the step's samples score prompts. */
  readonly promptScores: PromptScores[] = [];
  /** Where its hidden states are those of prompts. */
  readonly pooledRows: PooledRows[] = [];
  /** Groups of beams that go on. */
  readonly beams = new Set<SequenceGroup>();
  /** Groups whose masks did not come in time: what is drawn for them says nothing. */
  readonly late = new Set<SequenceGroup>();
  readonly #maxBlocksPerSeq: number;
  readonly #maxSequences: number;
  /** Float view of `input.sampling`. */
  readonly #samplingFloats: Float32Array;
  readonly #edits: LogitEdits;

  constructor(limits: RunnerLimits, eosTokenIds: ReadonlySet<number>) {
    const { maxRows, maxSequences, maxBlocksPerSeq, vocabSize } = limits;
    const maxSamples = maxSequences + maxRows;
    const sampling = new Uint32Array(maxSamples * SAMPLING_WORDS);
    this.#maxBlocksPerSeq = maxBlocksPerSeq;
    this.#maxSequences = maxSequences;
    this.#samplingFloats = new Float32Array(sampling.buffer);
    this.input = {
      rows: 0,
      sequences: 0,
      decodeRows: 0,
      samples: 0,
      copies: 0,
      hiddenRanges: 0,
      maxContext: 0,
      edits: 0,
      masks: 0,
      topLogprobs: -1,
      tokenIds: new Uint32Array(maxRows),
      positions: new Uint32Array(maxRows),
      slots: new Uint32Array(maxRows),
      rowSequences: new Uint32Array(maxRows),
      blockTables: new Uint32Array(maxSequences * maxBlocksPerSeq),
      sampleRows: new Uint32Array(maxSamples),
      sampling,
      editPairs: new Uint32Array(128),
      maskBits: new Uint32Array(maxSequences * maskWords(vocabSize)),
      copyPairs: new Uint32Array(maxSequences * 2),
      hiddenRows: new Uint32Array(maxSequences * 2),
    };
    this.#edits = new LogitEdits(this.input, vocabSize, eosTokenIds);
  }

  /** The place in its sequence of the token that a sample draws. */
  readonly positionOf = (sample: number): number => this.input.sampling[sample * SAMPLING_WORDS + 5]!;

  /** Fills the input with these chunks, single rows first, and the cache's pending copies. */
  fill(chunks: readonly ScheduledChunk[], kv: KvCache): void {
    const { input } = this;
    input.rows = 0;
    input.sequences = 0;
    input.samples = 0;
    input.maxContext = 0;
    input.topLogprobs = -1;
    input.hiddenRanges = 0;
    this.promptScores.length = 0;
    this.pooledRows.length = 0;
    this.drawn.length = 0;
    this.drafted.length = 0;
    this.hasPrompts = false;
    this.beams.clear();
    this.standsAlone = false;
    this.#edits.begin();
    for (const chunk of chunks) if (chunk.count === 1) this.#add(chunk, kv);
    input.decodeRows = input.rows;
    for (const chunk of chunks) if (chunk.count > 1) this.#add(chunk, kv);
    this.#placeMasks();
    if (input.masksReady || input.edits > 0 || input.samples > this.#maxSequences) this.standsAlone = true;
    const copies = kv.takeCopies();
    input.copies = copies.length;
    copies.forEach(({ source, destination }, i) => {
      input.copyPairs[2 * i] = source;
      input.copyPairs[2 * i + 1] = destination;
    });
  }

  #placeMasks(): void {
    this.late.clear();
    this.input.masksReady = undefined;
    const missing = this.#edits.writeMasks();
    if (missing.length === 0) return;
    this.input.masksReady = awaitMasks(this.#edits, missing).then((late) => {
      for (const { group } of late) this.late.add(group);
    });
  }

  #add({ sequence, start, count, draft, samples }: ScheduledChunk, kv: KvCache): void {
    const { input } = this;
    const cache = sequence.kv;
    assert(cache, `${sequence.id} is scheduled without blocks`);
    const { blocks } = cache;
    const { blockSize } = kv;
    const index = input.sequences++;
    input.blockTables.set(blocks, index * this.#maxBlocksPerSeq);
    for (let position = start; position < start + count; position++) {
      const row = input.rows++;
      input.tokenIds[row] =
        position < sequence.numTokens ? sequence.tokens[position]! : draft![position - sequence.numTokens]!;
      input.positions[row] = position;
      input.slots[row] = blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize);
      input.rowSequences[row] = index;
    }
    input.maxContext = Math.max(input.maxContext, start + count);
    if (sequence.group.scoresPrompt) this.#addPromptScores(sequence, start, count);
    if (sequence.group.poolsPrompt) this.#addHidden(sequence, start, count);
    const row = input.rows - 1 - (draft?.length ?? 0);
    if (samples === "own") this.#addDraw(sequence, row);
    if (samples === "all") for (const branch of sequence.group.branches) this.#addDraw(branch, row);
    if (draft) this.#addDrafted(sequence, draft, row + 1);
    else if (count > 1) this.hasPrompts = true;
  }

  #addDraw(sequence: Sequence, row: number): void {
    const { group } = sequence;
    const sample = this.#addSample(sequence, row, sequence.numTokens);
    sequence.sample = sample;
    this.drawn[sample] = sequence;
    if (group.beam) this.beams.add(group);
    if (group.needsTokens) this.standsAlone = true;
  }

  #addDrafted(sequence: Sequence, draft: Uint32Array, row: number): void {
    this.drafted.push({ sequence, first: this.input.samples, draft });
    for (let i = 0; i < draft.length; i++) this.#addSample(sequence, row + i, sequence.numTokens + 1 + i);
    this.standsAlone = true;
  }

  #addSample(sequence: Sequence, row: number, position: number): number {
    const { input } = this;
    const { params, beam, topLogprobs } = sequence.group;
    const sample = this.#newSample(row, topLogprobs);
    const at = sample * SAMPLING_WORDS;
    const words = input.sampling;
    this.#samplingFloats[at] = beam ? 0 : params.temperature;
    words[at + 1] = params.topK;
    this.#samplingFloats[at + 2] = params.topP;
    words[at + 3] = sequence.seedLow;
    words[at + 4] = sequence.seedHigh;
    // The place of the token being chosen, not the step number: a preempted sequence draws the same noise again.
    words[at + 5] = position;
    this.#samplingFloats[at + 6] = params.minP;
    this.#samplingFloats[at + 7] = params.typicalP;
    this.#edits.add(sequence, at);
    return sample;
  }

  /** The chunk's rows from position `start` on predict tokens of the prompt, which are forced, to be scored. */
  #addPromptScores(sequence: Sequence, start: number, count: number): void {
    const { promptLogprobs, promptLength } = sequence.group;
    const firstRow = this.input.rows - count;
    const scored = Math.min(count, promptLength - 1 - start);
    if (scored <= 0) return;
    this.promptScores.push({ sequence, first: this.input.samples, position: start, count: scored });
    for (let i = 0; i < scored; i++) {
      const sample = this.#newSample(firstRow + i, promptLogprobs);
      this.input.sampling[sample * SAMPLING_WORDS + 11] = sequence.tokens[start + i + 1]! + 1;
    }
  }

  /** All of the chunk's rows, or the prompt's last one alone. */
  #addHidden(sequence: Sequence, start: number, count: number): void {
    const { input, pooledRows } = this;
    const { pooling, promptLength } = sequence.group;
    const position = pooling === "mean" ? start : promptLength - 1;
    const wanted = start + count - position;
    if (wanted <= 0) return;
    const before = pooledRows.at(-1);
    pooledRows.push({ sequence, first: before ? before.first + before.count : 0, position, count: wanted });
    input.hiddenRows.set([input.rows - wanted, wanted], 2 * input.hiddenRanges++);
  }

  /** A sampling row of zeros. */
  #newSample(row: number, topLogprobs: number): number {
    const { input } = this;
    const sample = input.samples++;
    this.drawn.push(null);
    input.sampleRows[sample] = row;
    input.topLogprobs = Math.max(input.topLogprobs, topLogprobs);
    input.sampling.fill(0, sample * SAMPLING_WORDS, (sample + 1) * SAMPLING_WORDS);
    return sample;
  }
}
