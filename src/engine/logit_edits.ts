import { maskWords, type StepInput } from "../contracts/runner.ts";
import { barredTokens } from "./barred.ts";
import type { Sequence, SequenceGroup } from "./sequence_group.ts";
import { TokenCounts } from "./token_counts.ts";

/**
 * Writes what the samples' parameters change in their logits into a StepInput: masks, bias, bars and penalties. Where
 * nobody asks for any, there is nothing to send and nothing to run.
 */
export class LogitEdits {
  readonly #input: StepInput;
  readonly #samplingFloats: Float32Array;
  /** Float view of `input.editPairs`. */
  #editFloats: Float32Array;
  readonly #maskWords: number;
  readonly #eosTokenIds: ReadonlySet<number>;
  readonly #counts = new WeakMap<Sequence, TokenCounts>();
  readonly #masks = new WeakMap<SequenceGroup, Uint32Array>();
  /** Where this step has the masks of its groups. */
  readonly #maskRows = new Map<SequenceGroup, number>();
  /** And those of sequences that keep to a grammar. */
  readonly #matched = new Map<Sequence, number>();

  constructor(input: StepInput, vocabSize: number, eosTokenIds: ReadonlySet<number>) {
    this.#input = input;
    this.#samplingFloats = new Float32Array(input.sampling.buffer);
    this.#editFloats = new Float32Array(input.editPairs.buffer);
    this.#maskWords = maskWords(vocabSize);
    this.#eosTokenIds = eosTokenIds;
  }

  /** Before the first sample of a step. */
  begin(): void {
    this.#input.edits = 0;
    this.#input.masks = 0;
    this.#maskRows.clear();
    this.#matched.clear();
  }

  /** Puts the grammars' masks where the samples expect them. Returns the sequences whose masks are still being computed. */
  writeMasks(): readonly Sequence[] {
    const words = this.#maskWords;
    const missing: Sequence[] = [];
    for (const [sequence, row] of this.#matched) {
      const { matcher, group } = sequence;
      const { mask } = matcher!;
      const place = this.#input.maskBits.subarray(row * words, (row + 1) * words);
      if (mask === null) {
        missing.push(sequence);
        place.fill(0);
        continue;
      }
      place.set(mask);
      const { allowedTokenIds } = group.params;
      if (allowedTokenIds === null) continue;
      const allowed = this.#allowed(group, allowedTokenIds);
      for (let word = 0; word < words; word++) place[word]! &= allowed[word]!;
    }
    return missing;
  }

  /** Fills words 8 to 15 of the sampling row that begins at word `at`; they are zero. */
  add(sequence: Sequence, at: number): void {
    const { params } = sequence.group;
    const { sampling } = this.#input;
    if (sequence.matcher !== null) sampling[at + 12] = this.#matchedRow(sequence) + 1;
    else if (params.allowedTokenIds !== null)
      sampling[at + 12] = this.#maskRow(sequence.group, params.allowedTokenIds) + 1;
    const first = this.#input.edits;
    if (params.logitBias.size > 0 || params.minTokens > 0 || params.badWords.length > 0) this.#addBias(sequence);
    const seen = this.#input.edits;
    const { repetitionPenalty, frequencyPenalty, presencePenalty } = params;
    if (repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0) {
      this.#samplingFloats[at + 8] = repetitionPenalty;
      this.#samplingFloats[at + 9] = frequencyPenalty;
      this.#samplingFloats[at + 10] = presencePenalty;
      this.#addSeen(sequence);
    }
    sampling[at + 13] = first;
    sampling[at + 14] = seen - first;
    sampling[at + 15] = this.#input.edits - seen;
  }

  #addBias(sequence: Sequence): void {
    const { logitBias } = sequence.group.params;
    const barred = barredTokens(sequence, this.#eosTokenIds);
    this.#makeRoom(logitBias.size + barred.size);
    for (const [tokenId, bias] of logitBias) {
      if (!barred.has(tokenId)) this.#addPair(tokenId, bias);
    }
    for (const tokenId of barred) this.#addPair(tokenId, Number.NEGATIVE_INFINITY);
  }

  #addPair(tokenId: number, bias: number): void {
    const pair = this.#input.edits++;
    this.#input.editPairs[2 * pair] = tokenId;
    this.#editFloats[2 * pair + 1] = bias;
  }

  #addSeen(sequence: Sequence): void {
    const { group, tokens, numTokens } = sequence;
    let counts = this.#counts.get(sequence);
    if (!counts) {
      counts = new TokenCounts(group.promptLength, group.params.repetitionPenalty !== 1);
      this.#counts.set(sequence, counts);
    }
    counts.catchUp(tokens, numTokens);
    this.#makeRoom(counts.size);
    this.#input.editPairs.set(counts.pairs.subarray(0, 2 * counts.size), 2 * this.#input.edits);
    this.#input.edits += counts.size;
  }

  /** For so many pairs more. */
  #makeRoom(pairs: number): void {
    const { edits, editPairs } = this.#input;
    const needed = 2 * (edits + pairs);
    if (needed <= editPairs.length) return;
    const grown = new Uint32Array(Math.max(needed, 2 * editPairs.length));
    grown.set(editPairs);
    this.#input.editPairs = grown;
    this.#editFloats = new Float32Array(grown.buffer);
  }

  /** The branches of a group share one row. */
  #maskRow(group: SequenceGroup, allowed: readonly number[]): number {
    const known = this.#maskRows.get(group);
    if (known !== undefined) return known;
    const row = this.#input.masks++;
    this.#input.maskBits.set(this.#allowed(group, allowed), row * this.#maskWords);
    this.#maskRows.set(group, row);
    return row;
  }

  #matchedRow(sequence: Sequence): number {
    const row = this.#input.masks++;
    this.#matched.set(sequence, row);
    return row;
  }

  #allowed(group: SequenceGroup, allowed: readonly number[]): Uint32Array {
    let mask = this.#masks.get(group);
    if (!mask) {
      mask = maskOf(allowed, this.#maskWords);
      this.#masks.set(group, mask);
    }
    return mask;
  }
}

function maskOf(allowed: readonly number[], words: number): Uint32Array {
  const mask = new Uint32Array(words);
  for (const tokenId of allowed) mask[tokenId >>> 5]! |= 1 << (tokenId & 31);
  return mask;
}
