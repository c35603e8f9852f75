import type { SpeculationCounts } from "../contracts/generation.ts";
import type { Drafting } from "./draft_room.ts";
import { PromptLookup, type PromptLookupOptions } from "./prompt_lookup.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";
import { StepCost } from "./step_cost.ts";

/** Guesses that are right so rarely are not worth their while, however little their rows cost. */
const LEAST_HIT_RATE = 0.2;
/** Share of the running groups that have to gain by it before a step waits for the one before. */
const LEAST_AWAITING = 0.25;

/**
 * Speculative decoding by prompt lookup: where a sequence goes on as it did before, the tokens that followed then are
 * computed along with its last one, and those that its samples confirm are its next ones. So its tokens are what they would
 * be without, and only how many come in one step is different.
 *
 * A drafted token costs a row and saves a part of a step, so the i-th of a draft pays where the chance that all of the
 * first i are right is greater than the share that the rows have in what a step costs. Both are measured as it goes:
 * where nothing is drafted, a sequence's guesses are still held against what comes.
 */
export class Speculation implements Drafting {
  readonly #options: PromptLookupOptions;
  readonly #lookups = new WeakMap<Sequence, PromptLookup>();
  readonly #cost = new StepCost();
  #drafts = 0;
  #draftTokens = 0;
  #acceptedTokens = 0;

  constructor(options: PromptLookupOptions) {
    this.#options = options;
  }

  get counts(): SpeculationCounts {
    return { drafts: this.#drafts, draftTokens: this.#draftTokens, acceptedTokens: this.#acceptedTokens };
  }

  /** So many groups would draft if they knew their tokens on the way that the others, too, had better wait for theirs. */
  isAwaiting(running: readonly SequenceGroup[]): boolean {
    let awaiting = 0;
    for (const group of running) {
      if (!canDraft(group)) continue;
      if (this.#lookup(group.leader).hasDraft && this.#pays(group.leader, running.length) > 0) awaiting++;
    }
    return awaiting > 0 && awaiting >= LEAST_AWAITING * running.length;
  }

  /** At most `most` tokens that may come next; null: none are worth it in a step for so many groups. */
  draft(group: SequenceGroup, most: number, groups: number): Uint32Array | null {
    const { leader } = group;
    if (most <= 0 || !canDraft(group) || leader.numKnown < leader.numTokens) return null;
    const lookup = this.#lookup(leader);
    if (!lookup.hasDraft) return null;
    const count = Math.min(most, this.#pays(leader, groups));
    if (count <= 0) return null;
    this.#drafts++;
    this.#draftTokens += count;
    return lookup.draft(leader.tokens, count);
  }

  accepted(): void {
    this.#acceptedTokens++;
  }

  /** A step computed `rows` rows, no prompt among them. */
  stepped(rows: number, ms: number): void {
    this.#cost.add(rows, ms);
  }

  /** Tokens of a draft that pay in a step for so many groups. */
  #pays(sequence: Sequence, groups: number): number {
    const hitRate = Math.min(this.#lookup(sequence).hitRate, 0.99);
    if (hitRate < LEAST_HIT_RATE) return 0;
    const share = this.#cost.shareOfRows(groups);
    let count = 0;
    for (let chance = hitRate; chance > share && count < this.#options.maxDraft; chance *= hitRate) count++;
    return count;
  }

  #lookup(sequence: Sequence): PromptLookup {
    let lookup = this.#lookups.get(sequence);
    if (!lookup) {
      lookup = new PromptLookup(this.#options);
      this.#lookups.set(sequence, lookup);
    }
    lookup.catchUp(sequence.tokens, sequence.numKnown, sequence.group.promptLength);
    return lookup;
  }
}

/** Several of its samples in one step would be drawn as in as many steps. */
function canDraft({ branches, leader, params, needsTokens, numTokens }: SequenceGroup): boolean {
  const { kv, numComputed, numOutputs } = leader;
  if (branches.length > 1 || needsTokens || numOutputs < Math.max(1, params.minTokens)) return false;
  return kv !== null && numTokens - numComputed === 1;
}
