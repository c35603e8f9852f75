import { NOT_A_TOKEN } from "../../src/contracts/device.ts";
import {
  type HiddenStates,
  maskWords,
  type Runner,
  type RunnerLimits,
  SAMPLED,
  SAMPLING_WORDS,
  type StepInput,
  type StepOutput,
} from "../../src/contracts/runner.ts";
import { fakeDistribution, stepLogprobs } from "./fake_logprobs.ts";

const EMPTY = -1;

/**
 * A model whose next token is a hash of everything it reads from a real paged memory: a wrong slot, block table, copy
 * or position changes the tokens, and reading a slot that nobody wrote throws.
 */
export class FakeRunner implements Runner {
  readonly limits: RunnerLimits;
  readonly blockBytes: number;
  readonly fingerprint: string;
  readonly memory: Int32Array;
  /** Tokens of rows that were taken from the step before. */
  resolved = 0;
  steps = 0;
  maxRowsSeen = 0;
  /** Called before each step, to let tests act in mid-flight. What is handed in meanwhile waits for its turn. */
  beforeStep: (step: number) => void | Promise<void> = () => {};
  #sampled = new Uint32Array(0);
  #turn: Promise<unknown> = Promise.resolve();
  #queued = 0;

  constructor(limits: Partial<RunnerLimits> = {}) {
    const blockSize = limits.blockSize ?? 8;
    const numBlocks = limits.numBlocks ?? 60;
    const maxModelLen = limits.maxModelLen ?? Math.min(256, numBlocks * blockSize);
    this.limits = {
      maxRows: 64,
      maxSequences: 64,
      vocabSize: 1000,
      ...limits,
      blockSize,
      numBlocks,
      maxModelLen,
      maxBlocksPerSeq: Math.ceil(maxModelLen / blockSize),
    };
    this.memory = new Int32Array((numBlocks + 1) * blockSize).fill(EMPTY);
    this.blockBytes = blockSize * 4;
    this.fingerprint = `fa4e${blockSize.toString(16)}`;
  }

  step(input: StepInput): Promise<StepOutput> {
    return this.#inTurn(() => this.#step(input));
  }

  async #step(input: StepInput): Promise<StepOutput> {
    await this.beforeStep(this.steps);
    this.steps++;
    this.maxRowsSeen = Math.max(this.maxRowsSeen, input.rows);
    const { blockSize, vocabSize } = this.limits;
    for (let i = 0; i < input.copies; i++) {
      const [source, destination] = [input.copyPairs[2 * i]!, input.copyPairs[2 * i + 1]!];
      this.memory.copyWithin(destination * blockSize, source * blockSize, (source + 1) * blockSize);
    }
    const written = new Set<number>();
    for (let row = 0; row < input.rows; row++) {
      const slot = input.slots[row]!;
      if (slot < blockSize) throw new Error("the null block was written");
      if (written.has(slot)) throw new Error(`slot ${slot} was written twice in a step`);
      written.add(slot);
      this.memory[slot] = this.#tokenOf(input.tokenIds[row]!);
    }
    let chosen = 0;
    const tokenIds = Uint32Array.from({ length: input.samples }, (_, sample) => {
      const at = sample * SAMPLING_WORDS;
      const forced = input.sampling[at + 11]!;
      if (forced > 0) return forced - 1;
      chosen++;
      const noise = input.sampling[at + 3]! ^ Math.imul(input.sampling[at + 5]!, 40503) ^ this.#editsOf(input, at);
      return this.#hash(input, sample, noise) % vocabSize;
    });
    this.#sampled = tokenIds;
    if (chosen > this.limits.maxSequences) throw new Error(`${chosen} samples choose`);
    const hidden = input.hiddenRanges > 0 && { hidden: this.#hidden(input) };
    if (input.topLogprobs < 0) return { tokenIds, logprobs: null, ...hidden };
    // The distribution depends on the text alone, so that branches of one text agree on it whatever their seeds.
    const rows = Array.from(tokenIds, (_, sample) => fakeDistribution(this.#hash(input, sample, 0), vocabSize));
    return { tokenIds, ...hidden, logprobs: stepLogprobs(rows, tokenIds, Math.min(input.topLogprobs, vocabSize)) };
  }

  readBlocks(blocks: readonly number[]): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const bytes = new Uint8Array(blocks.length * this.blockBytes);
      blocks.forEach((block, i) => {
        bytes.set(this.#block(block), i * this.blockBytes);
      });
      return bytes;
    });
  }

  writeBlocks(blocks: readonly number[], bytes: Uint8Array): void {
    if (bytes.length !== blocks.length * this.blockBytes)
      throw new Error(`${bytes.length} bytes do not fill the blocks`);
    const write = async () =>
      blocks.forEach((block, i) => {
        this.#block(block).set(bytes.subarray(i * this.blockBytes, (i + 1) * this.blockBytes));
      });
    void this.#inTurn(write);
  }

  close(): void {}

  /** After everything that was handed in before; at once where that is done. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const done = () => {
      this.#queued--;
    };
    const result = this.#queued++ === 0 ? action() : this.#turn.then(action);
    this.#turn = result.then(done, done);
    return result;
  }

  #tokenOf(id: number): number {
    if (id < SAMPLED) return id;
    this.resolved++;
    const token = this.#sampled[id - SAMPLED];
    if (token === undefined) throw new Error(`the step before has no sample ${id - SAMPLED}`);
    return token === NOT_A_TOKEN ? 0 : token;
  }

  #block(block: number): Uint8Array {
    if (!(block >= 0 && block <= this.limits.numBlocks)) throw new Error(`there is no block ${block} to move`);
    return new Uint8Array(this.memory.buffer, block * this.blockBytes, this.blockBytes);
  }

  /** A hash of the mask and the list of edits that the sampling row at word `at` names; 0 where there are none. */
  #editsOf({ sampling, editPairs, maskBits }: StepInput, at: number): number {
    const [mask, first, bias, seen] = sampling.subarray(at + 12, at + 16) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const words = maskWords(this.limits.vocabSize);
    const read = [...editPairs.subarray(2 * first, 2 * (first + bias + seen)), ...sampling.subarray(at + 8, at + 11)];
    if (mask > 0) read.push(...maskBits.subarray((mask - 1) * words, mask * words));
    return read.reduce((hash, word) => Math.imul(hash, 31) + word, 0);
  }

  /** Two numbers a row, of everything that it reads. */
  #hidden(input: StepInput): HiddenStates {
    const values: number[] = [];
    for (let i = 0; i < input.hiddenRanges; i++) {
      const [first, count] = [input.hiddenRows[2 * i]!, input.hiddenRows[2 * i + 1]!];
      for (let row = first; row < first + count; row++) {
        const hash = this.#hash({ ...input, sampleRows: Uint32Array.of(row) }, 0, 7);
        values.push(hash / 2 ** 32, (hash % 1000) - 500);
      }
    }
    return { values: Float32Array.from(values), width: 2 };
  }

  /** Of everything that the sample's row reads through its block table. */
  #hash(input: StepInput, sample: number, start: number): number {
    const { blockSize, maxBlocksPerSeq } = this.limits;
    const row = input.sampleRows[sample]!;
    const table = input.rowSequences[row]! * maxBlocksPerSeq;
    let hash = start;
    for (let position = 0; position <= input.positions[row]!; position++) {
      const block = input.blockTables[table + Math.floor(position / blockSize)]!;
      const value = this.memory[block * blockSize + (position % blockSize)]!;
      if (value === EMPTY) throw new Error(`position ${position} was read before it was written`);
      hash = Math.imul(hash ^ value, 0x01000193) ^ (hash >>> 13);
    }
    return hash >>> 0;
  }
}
