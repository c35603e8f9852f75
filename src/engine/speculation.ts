import type { SpeculationCounts } from "../contracts/generation.ts";
import type { Drafting } from "./draft_room.ts";
import { DraftTrials } from "./draft_trials.ts";
import { PromptLookup, type PromptLookupOptions } from "./prompt_lookup.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";

/** Share of the running groups that have to gain by it before a step waits for the one before. */
const LEAST_AWAITING = 0.25;

/**
 * Speculative decoding by prompt lookup: where a sequence goes on as it did before, the tokens that followed then are
 * computed along with its last one, and those that its samples confirm are its next ones. So its tokens are what they would
 * be without, and only how many come in one step is different.
 *
 * How good a sequence's guesses are is known from those of before, made in a draft or not. How sure they have to be is
 * tried out, for each number of groups that run together up to a factor of two.
 */
export class Speculation implements Drafting {
  readonly #options: PromptLookupOptions;
  readonly #lookups = new WeakMap<Sequence, PromptLookup>();
  readonly #trials: DraftTrials[] = [];
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
    const leastChance = this.#leastChance(running.length);
    if (leastChance >= 1) return false;
    let awaiting = 0;
    for (const group of running) {
      if (!canDraft(group)) continue;
      const lookup = this.#lookup(group.leader);
      if (lookup.hasDraft && lookup.hitRate > leastChance) awaiting++;
    }
    return awaiting > 0 && awaiting >= LEAST_AWAITING * running.length;
  }

  /** At most `most` tokens that may come next; null: none are worth it in a step for so many groups. */
  draft(group: SequenceGroup, most: number, groups: number): Uint32Array | null {
    const { leader } = group;
    const leastChance = this.#leastChance(groups);
    if (leastChance >= 1 || most <= 0 || !canDraft(group) || leader.numKnown < leader.numTokens) return null;
    const lookup = this.#lookup(leader);
    if (!lookup.hasDraft) return null;
    const longest = Math.min(most, this.#options.maxDraft);
    let count = 0;
    for (let chance = lookup.hitRate; chance > leastChance && count < longest; chance *= lookup.hitRate) count++;
    if (count === 0) return null;
    this.#drafts++;
    this.#draftTokens += count;
    return lookup.draft(leader.tokens, count);
  }

  accepted(): void {
    this.#acceptedTokens++;
  }

  /** A step of no prompts gave so many groups so many tokens. */
  stepped(groups: number, tokens: number, ms: number): void {
    this.#trialsOf(groups).add(tokens, ms);
  }

  #leastChance(groups: number): number {
    return this.#options.leastChance ?? this.#trialsOf(groups).leastChance;
  }

  #trialsOf(groups: number): DraftTrials {
    const width = 31 - Math.clz32(Math.max(1, groups));
    this.#trials[width] ??= new DraftTrials();
    return this.#trials[width];
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
