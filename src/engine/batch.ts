import { assert } from "../base/assert.ts";
import { type RunnerLimits, SAMPLING_WORDS, type StepInput } from "../contracts/runner.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import type { ScheduledChunk } from "./scheduler.ts";
import type { Sequence } from "./sequence_group.ts";

/**
 * Writes the scheduler's choice into the typed arrays of a StepInput. The arrays are made once, for the largest step,
 * and reused.
 */
export class Batch {
  readonly input: StepInput;
  readonly #maxBlocksPerSeq: number;
  /** Float view of `input.sampling`. */
  readonly #samplingFloats: Float32Array;

  constructor({ maxRows, maxSequences, maxBlocksPerSeq }: RunnerLimits) {
    const sampling = new Uint32Array(maxSequences * SAMPLING_WORDS);
    this.#maxBlocksPerSeq = maxBlocksPerSeq;
    this.#samplingFloats = new Float32Array(sampling.buffer);
    this.input = {
      rows: 0,
      sequences: 0,
      decodeRows: 0,
      samples: 0,
      copies: 0,
      maxContext: 0,
      topLogprobs: -1,
      tokenIds: new Uint32Array(maxRows),
      positions: new Uint32Array(maxRows),
      slots: new Uint32Array(maxRows),
      rowSequences: new Uint32Array(maxRows),
      blockTables: new Uint32Array(maxSequences * maxBlocksPerSeq),
      sampleRows: new Uint32Array(maxSequences),
      sampling,
      copyPairs: new Uint32Array(maxSequences * 2),
    };
  }

  /**
   * Fills the input with these chunks, single rows first, and the cache's pending copies. Every sequence that gets a
   * token is told where: `sequence.sample`.
   */
  fill(chunks: readonly ScheduledChunk[], kv: KvCache): void {
    const { input } = this;
    input.rows = 0;
    input.sequences = 0;
    input.samples = 0;
    input.maxContext = 0;
    input.topLogprobs = -1;
    for (const chunk of chunks) if (chunk.count === 1) this.#add(chunk, kv);
    input.decodeRows = input.rows;
    for (const chunk of chunks) if (chunk.count > 1) this.#add(chunk, kv);
    const copies = kv.takeCopies();
    input.copies = copies.length;
    copies.forEach(({ source, destination }, i) => {
      input.copyPairs[2 * i] = source;
      input.copyPairs[2 * i + 1] = destination;
    });
  }

  #add({ sequence, start, count, samples }: ScheduledChunk, kv: KvCache): void {
    const { input } = this;
    const cache = sequence.kv;
    assert(cache, `${sequence.id} is scheduled without blocks`);
    const { blocks } = cache;
    const { blockSize } = kv;
    const index = input.sequences++;
    input.blockTables.set(blocks, index * this.#maxBlocksPerSeq);
    for (let position = start; position < start + count; position++) {
      const row = input.rows++;
      input.tokenIds[row] = sequence.tokens[position]!;
      input.positions[row] = position;
      input.slots[row] = blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize);
      input.rowSequences[row] = index;
    }
    input.maxContext = Math.max(input.maxContext, start + count);
    const row = input.rows - 1;
    if (samples === "own") this.#addSample(sequence, row);
    if (samples === "all") for (const branch of sequence.group.branches) this.#addSample(branch, row);
  }

  #addSample(sequence: Sequence, row: number): void {
    const { input } = this;
    const { params, beam, topLogprobs } = sequence.group;
    const sample = input.samples++;
    sequence.sample = sample;
    input.sampleRows[sample] = row;
    input.topLogprobs = Math.max(input.topLogprobs, topLogprobs);
    const at = sample * SAMPLING_WORDS;
    const words = input.sampling;
    this.#samplingFloats[at] = beam ? 0 : params.temperature;
    words[at + 1] = params.topK;
    this.#samplingFloats[at + 2] = params.topP;
    const seed = beam ? params.seed : params.seed + BigInt(sequence.index);
    words[at + 3] = Number(seed & 0xffffffffn);
    words[at + 4] = Number((seed >> 32n) & 0xffffffffn);
    // The place of the token being chosen, not the step number: a preempted sequence draws the same noise again.
    words[at + 5] = sequence.numTokens;
  }
}
