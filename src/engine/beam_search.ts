import type { BeamParams } from "../contracts/generation.ts";

/** A running beam's likeliest next tokens, likeliest first. */
export interface Candidates {
  readonly tokenIds: ArrayLike<number>;
  readonly logprobs: ArrayLike<number>;
}

/** A beam of the next step: which of the last ones it goes on from, and with what. */
export interface Continuation {
  readonly parent: number;
  readonly tokenId: number;
}

export interface FinishedBeam {
  readonly tokenIds: readonly number[];
  /** Sum of log-probabilities / tokens ** lengthPenalty. */
  readonly score: number;
}

interface Candidate extends Continuation {
  /** Sum of the log-probabilities of the beam and this token. */
  readonly total: number;
  /** Ends the beam. */
  readonly ends: boolean;
}

/**
 * Beam search over one prompt's continuations, as Hugging Face generate does it (GenerationMixin._beam_search): each step
 * takes the best of all beams' continuations, with enough to spare that `width` of them go on when others end.
 */
export class BeamSearch {
  /** Finished beams, best first; at most `width` of them are kept. */
  readonly finished: FinishedBeam[] = [];
  readonly #params: BeamParams;
  readonly #endings: ReadonlySet<number>;
  readonly #maxTokens: number;
  #beams: { readonly tokenIds: readonly number[]; readonly total: number }[] = [{ tokenIds: [], total: 0 }];

  /** @param endings Ids that end a beam. @param maxTokens Tokens after which every beam ends. */
  constructor(params: BeamParams, endings: ReadonlySet<number>, maxTokens: number) {
    this.#params = params;
    this.#endings = endings;
    this.#maxTokens = maxTokens;
  }

  /** Candidates that a step needs of every beam. */
  static candidatesFor(width: number, endings: number): number {
    return Math.max(2, 1 + endings) * width;
  }

  /** Takes the running beams one token further. Null: the search is over; else the beams that run on, best first. */
  step(candidates: readonly Candidates[]): Continuation[] | null {
    const { width, lengthPenalty } = this.#params;
    const best = this.#best(candidates);
    const length = this.#beams[0]!.tokenIds.length + 1;
    for (const { parent, tokenId, total, ends } of best.slice(0, width)) {
      if (ends) this.#finish([...this.#beams[parent]!.tokenIds, tokenId], total / length ** lengthPenalty);
    }
    const running = best.filter(({ ends }) => !ends).slice(0, width);
    if (running.length === 0) return null;
    this.#beams = running.map(({ parent, tokenId, total }) => ({
      tokenIds: [...this.#beams[parent]!.tokenIds, tokenId],
      total,
    }));
    return this.#isOver(length) ? null : running;
  }

  #best(candidates: readonly Candidates[]): Candidate[] {
    const { width } = this.#params;
    const all: Candidate[] = [];
    for (const [parent, { tokenIds, logprobs }] of candidates.entries()) {
      const beam = this.#beams[parent]!;
      const last = beam.tokenIds.length + 1 === this.#maxTokens;
      for (let i = 0; i < tokenIds.length; i++) {
        const tokenId = tokenIds[i]!;
        all.push({ parent, tokenId, total: beam.total + logprobs[i]!, ends: last || this.#endings.has(tokenId) });
      }
    }
    all.sort((a, b) => b.total - a.total || a.parent - b.parent || a.tokenId - b.tokenId);
    return all.slice(0, BeamSearch.candidatesFor(width, this.#endings.size));
  }

  #finish(tokenIds: readonly number[], score: number): void {
    const { finished } = this;
    let at = finished.length;
    while (at > 0 && score > finished[at - 1]!.score) at--;
    finished.splice(at, 0, { tokenIds, score });
    finished.length = Math.min(finished.length, this.#params.width);
  }

  /** Enough beams are finished, and those that run, of `length` tokens, cannot or need not pass them. */
  #isOver(length: number): boolean {
    const { width, lengthPenalty, earlyStopping } = this.#params;
    if (this.finished.length < width) return false;
    if (earlyStopping === true) return true;
    // A positive penalty favours long beams, so only the longest possible one is an upper bound.
    const bound = earlyStopping === "never" && lengthPenalty > 0 ? this.#maxTokens : length;
    return this.#beams[0]!.total / bound ** lengthPenalty <= this.finished.at(-1)!.score;
  }
}
