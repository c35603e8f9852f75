import { EngineError, type GenerationRequest } from "../contracts/generation.ts";
import { MAX_TOP_LOGPROBS, type RunnerLimits } from "../contracts/runner.ts";
import type { KvCache } from "../kv/kv_cache.ts";
import { BeamSearch } from "./beam_search.ts";
import { checkParams } from "./check_params.ts";
import { endingsOf } from "./live_request.ts";
import { SequenceGroup } from "./sequence_group.ts";
import type { StopLimits } from "./stop.ts";

/** Holds requests against what the model and the cache can do, and cuts them into groups that can run. */
export class Admission {
  readonly #kv: KvCache;
  readonly #model: Pick<RunnerLimits, "maxModelLen" | "vocabSize">;
  readonly #maxSequences: number;
  readonly #stop: StopLimits;

  /** @param maxSequences Most sequences that run at once. */
  constructor(
    kv: KvCache,
    model: Pick<RunnerLimits, "maxModelLen" | "vocabSize">,
    maxSequences: number,
    stop: StopLimits,
  ) {
    this.#kv = kv;
    this.#model = model;
    this.#maxSequences = maxSequences;
    this.#stop = stop;
  }

  /**
   * The request as one group, or as several of samples that could not run together. Throws EngineError
   * (invalid_request) where it can never run.
   */
  groupsOf(asked: GenerationRequest): SequenceGroup[] {
    this.#checkPrompt(asked.promptIds);
    checkParams(asked.params, this.#model.vocabSize, this.#stop.eosTokenIds);
    const maxTokens = Math.min(asked.params.maxTokens, this.#model.maxModelLen - asked.promptIds.length);
    const request = { ...asked, params: { ...asked.params, maxTokens } };
    const { branches, beam } = request;
    if (beam) return [new SequenceGroup({ ...request, topLogprobs: this.#candidatesFor(request, beam.width) })];
    const width = this.#widthThatFits(request);
    const groups: SequenceGroup[] = [];
    for (let first = 0; first < branches; first += width) {
      groups.push(new SequenceGroup(request, first, Math.min(width, branches - first)));
    }
    return groups;
  }

  #checkPrompt(promptIds: ArrayLike<number>): void {
    const { maxModelLen, vocabSize } = this.#model;
    const refuse = (message: string): never => {
      throw new EngineError("invalid_request", message, "prompt");
    };
    if (promptIds.length === 0) refuse("The prompt has no tokens");
    for (let i = 0; i < promptIds.length; i++) {
      const tokenId = promptIds[i]!;
      if (Number.isInteger(tokenId) && tokenId >= 0 && tokenId < vocabSize) continue;
      refuse(`Token ${i} of the prompt must be an id from 0 to ${vocabSize - 1}: received ${tokenId}`);
    }
    if (promptIds.length >= maxModelLen) {
      refuse(`The prompt has ${promptIds.length} tokens, but the context holds ${maxModelLen}, output included`);
    }
  }

  /** Beams cannot be split over groups, and each step needs enough of their candidates: returns how many. */
  #candidatesFor(request: GenerationRequest, width: number): number {
    const refuse = (message: string): never => {
      throw new EngineError("invalid_request", message, "use_beam_search");
    };
    if (request.grammar) refuse("Beams cannot keep to a grammar");
    if (request.branches > width) refuse(`${request.branches} beams are asked for, of ${width} searched`);
    const candidates = BeamSearch.candidatesFor(width, endingsOf(request, this.#stop).size);
    if (candidates > MAX_TOP_LOGPROBS) {
      refuse(
        `${width} beams with these stop tokens take ${candidates} candidates a step; ${MAX_TOP_LOGPROBS} are kept`,
      );
    }
    const fitting = this.#widthThatFits(request);
    if (width > fitting) refuse(`${width} beams do not fit: ${fitting} of this length run together`);
    return candidates;
  }

  /** Branches that fit into the cache together at their longest, the full blocks of the prompt shared. */
  #widthThatFits({ promptIds, params }: GenerationRequest): number {
    const { blockSize, pool, pinnedBlocks } = this.#kv;
    const whole = this.#kv.blocksFor(Math.min(promptIds.length + params.maxTokens, this.#model.maxModelLen));
    const own = whole - Math.floor(promptIds.length / blockSize);
    const others = Math.floor((pool.numBlocks - pinnedBlocks - whole) / Math.max(1, own));
    return Math.max(1, Math.min(1 + others, this.#maxSequences));
  }
}
