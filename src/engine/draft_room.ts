import type { KvCache } from "../kv/kv_cache.ts";
import type { SequenceGroup } from "./sequence_group.ts";

/** Guesses tokens. */
export interface Drafting {
  /** At most `most` tokens that may come next; null: none are worth it in a step for so many groups. */
  draft(group: SequenceGroup, most: number, groups: number): Uint32Array | null;
  /** A drafted token was right. */
  accepted(): void;
}

/** What a step has left for drafts once everybody's next tokens are provided for: nobody makes room for a guess. */
export class DraftRoom {
  readonly #kv: KvCache;
  #blocks: number;
  #samples: number;

  constructor(kv: KvCache, blocks: number, samples: number) {
    this.#kv = kv;
    this.#blocks = blocks;
    this.#samples = samples;
  }

  /** Tokens that may be drafted for a group that decodes, with `budget` tokens left in the step. */
  mostFor({ leader, params }: SequenceGroup, budget: number): number {
    const held = leader.kv?.blocks.length ?? 0;
    const slots = (held + Math.max(0, this.#blocks)) * this.#kv.blockSize - leader.numTokens;
    // The step's last token is drawn, not drafted.
    return Math.min(budget - 1, this.#samples, slots, params.maxTokens - leader.numOutputs - 1);
  }

  /** Makes slots for a draft. */
  take({ leader }: SequenceGroup, draft: Uint32Array): void {
    const kv = leader.kv!;
    this.#blocks += kv.blocks.length;
    this.#kv.reserve(kv, leader.numTokens + draft.length);
    this.#blocks -= kv.blocks.length;
    this.#samples -= draft.length;
  }
}
