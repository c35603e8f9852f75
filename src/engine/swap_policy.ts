import type { Runner } from "../contracts/runner.ts";
import { NULL_BLOCK } from "../kv/block_pool.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import { SwapSpace } from "./swap_space.ts";

/** How a preempted group gets back what it lost. */
export type PreemptionMode =
  | "recompute"
  | "swap"
  /** Whichever is cheaper on this device. */
  | "auto";

/** Blocks copied to measure the rate. */
const SAMPLE_BLOCKS = 8;
/** Weight of the newest step in the mean. */
const NEWEST = 0.2;

/**
 * Whether a lost block is swapped or its tokens are computed again. Under "auto" by cost: the block's bytes to host memory
 * and back, measured at the start, against its tokens, measured as the server computes prompts. Until it has computed
 * one, recomputing counts as cheaper.
 */
export class SwapPolicy {
  readonly space: SwapSpace;
  readonly #runner: Runner;
  readonly #mode: PreemptionMode;
  #blockMs = Number.POSITIVE_INFINITY;
  #tokenMs = 0;

  /** @param bytes Of host memory. */
  constructor(runner: Runner, kv: KvCache, mode: PreemptionMode, bytes: number) {
    this.#runner = runner;
    this.#mode = mode;
    this.space = new SwapSpace(kv, Math.floor(bytes / runner.blockBytes));
  }

  /** Copies the null block, whose content matters to nobody, twice: the first time warms up. */
  async measure(now: () => number): Promise<void> {
    if (this.#mode !== "auto") return;
    const blocks = new Array<number>(SAMPLE_BLOCKS).fill(NULL_BLOCK);
    for (let round = 0; round < 2; round++) {
      const began = now();
      this.#runner.writeBlocks(blocks, await this.#runner.readBlocks(blocks));
      // A read is answered when everything before it is done.
      await this.#runner.readBlocks([NULL_BLOCK]);
      this.#blockMs = (now() - began) / SAMPLE_BLOCKS;
    }
  }

  /** A step computed `tokens` tokens, those of prompts among them. */
  prefilled(tokens: number, ms: number): void {
    const latest = ms / tokens;
    this.#tokenMs = this.#tokenMs === 0 ? latest : this.#tokenMs + NEWEST * (latest - this.#tokenMs);
  }

  /** Whether a group that is preempted now should keep its blocks in host memory. */
  get pays(): boolean {
    if (this.#mode !== "auto") return this.#mode === "swap";
    return this.#blockMs < this.#tokenMs * this.#runner.limits.blockSize;
  }

  /** Moves what the next step would overwrite, and what it reads. */
  async beforeStep(): Promise<void> {
    if (this.space.isBusy) await this.space.transfer(this.#runner);
  }
}
