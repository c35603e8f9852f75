import { type Runner, type RunnerLimits, SAMPLING_WORDS, type StepInput } from "../../src/contracts/runner.ts";

const EMPTY = -1;

/**
 * A model whose next token is a hash of everything it reads from a real paged memory: a wrong slot, block table, copy
 * or position changes the tokens, and reading a slot that nobody wrote throws.
 */
export class FakeRunner implements Runner {
  readonly limits: RunnerLimits;
  readonly memory: Int32Array;
  steps = 0;
  maxRowsSeen = 0;
  /** Called before each step, to let tests act in mid-flight. */
  beforeStep: (step: number) => void | Promise<void> = () => {};

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
  }

  async step(input: StepInput): Promise<Uint32Array> {
    await this.beforeStep(this.steps);
    this.steps++;
    this.maxRowsSeen = Math.max(this.maxRowsSeen, input.rows);
    const { blockSize, maxBlocksPerSeq, vocabSize } = this.limits;
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
      this.memory[slot] = input.tokenIds[row]!;
    }
    return Uint32Array.from({ length: input.samples }, (_, sample) => {
      const row = input.sampleRows[sample]!;
      const table = input.rowSequences[row]! * maxBlocksPerSeq;
      let hash =
        input.sampling[sample * SAMPLING_WORDS + 3]! ^ Math.imul(input.sampling[sample * SAMPLING_WORDS + 5]!, 40503);
      for (let position = 0; position <= input.positions[row]!; position++) {
        const block = input.blockTables[table + Math.floor(position / blockSize)]!;
        const value = this.memory[block * blockSize + (position % blockSize)]!;
        if (value === EMPTY) throw new Error(`position ${position} was read before it was written`);
        hash = Math.imul(hash ^ value, 0x01000193) ^ (hash >>> 13);
      }
      return (hash >>> 0) % vocabSize;
    });
  }

  close(): void {}
}
