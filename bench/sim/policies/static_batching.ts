import { assert } from "../../../src/base/assert.ts";
import type { CostModel, StepWork } from "../cost_model.ts";
import type { MemoryUse, Policy } from "../policy.ts";
import type { SimRequest } from "../request.ts";

export interface StaticBatchingOptions {
  readonly slots: number;
  readonly maxLength: number;
  readonly cost: CostModel;
}

/**
 * FasterTransformer as the paper ran it: a batch is taken from the queue, as large as memory allows at the maximum
 * length, padded to its longest prompt, and computed until its longest output is done; only then does anyone get an
 * answer and the next batch begin.
 */
export class StaticBatchingPolicy implements Policy {
  readonly name = "FasterTransformer";
  readonly cost: CostModel;
  readonly #options: StaticBatchingOptions;
  readonly #maxBatch: number;
  readonly #queue: SimRequest[] = [];
  #next = 0;
  #batch: readonly SimRequest[] = [];
  #longestPrompt = 0;
  #longestOutput = 0;
  #generated = 0;

  constructor(options: StaticBatchingOptions) {
    this.cost = options.cost;
    this.#options = options;
    this.#maxBatch = Math.floor(options.slots / options.maxLength);
    assert(this.#maxBatch > 0, `${options.slots} slots hold no sequence of ${options.maxLength}`);
  }

  get running(): number {
    return this.#batch.length;
  }

  get waiting(): number {
    return this.#queue.length - this.#next;
  }

  add(request: SimRequest): void {
    this.#queue.push(request);
  }

  schedule(): StepWork | null {
    if (this.#batch.length === 0) this.#takeBatch();
    const size = this.#batch.length;
    if (size === 0) return null;
    const kvTokensRead = size * (this.#longestPrompt + this.#generated);
    if (this.#generated > 0) return { prefillTokens: 0, decodes: size, kvTokensRead };
    return { prefillTokens: size * this.#longestPrompt, decodes: 0, kvTokensRead };
  }

  memory(): MemoryUse {
    let stored = 0;
    let reserved = 0;
    for (const { promptLength, outputLength } of this.#batch) {
      const written = Math.min(this.#generated, outputLength - 1);
      stored += promptLength + written;
      reserved += outputLength - 1 - written;
    }
    const promised = this.#batch.length * this.#options.maxLength;
    return { stored, reserved, internal: promised - stored - reserved, other: this.#options.slots - promised };
  }

  complete(): readonly SimRequest[] {
    if (++this.#generated < this.#longestOutput) return [];
    const finished = this.#batch;
    this.#batch = [];
    return finished;
  }

  #takeBatch(): void {
    this.#batch = this.#queue.slice(this.#next, this.#next + this.#maxBatch);
    this.#next += this.#batch.length;
    this.#generated = 0;
    this.#longestPrompt = Math.max(...this.#batch.map(({ promptLength }) => promptLength));
    this.#longestOutput = Math.max(...this.#batch.map(({ outputLength }) => outputLength));
  }
}
