import type { GenerationRequest, SamplingParams } from "../contracts/generation.ts";
import { HashChain } from "../kv/hash_chain.ts";
import type { KvSequence } from "../kv/kv_sequence.ts";

/**
 * A request as the scheduler sees it: its tokens so far and how many of them are computed. There are no phases: a
 * sequence only ever catches up `numComputed` to `numTokens`, whether they came from the prompt, from its own output
 * or from a preemption that threw the computed ones away.
 */
export class Sequence {
  readonly id: string;
  readonly params: SamplingParams;
  readonly promptLength: number;
  /** Lower runs first, where the policy asks. */
  readonly priority: number;
  /** Order of arrival; given by the scheduler. */
  arrival = 0;
  /** Prompt and output, grown by doubling. */
  tokens: Uint32Array;
  numTokens: number;
  /** Tokens whose K and V are in the cache. */
  numComputed = 0;
  /** Its share of the cache while running; null while waiting. */
  kv: KvSequence | null = null;
  preemptions = 0;
  /** Names of its prefixes, computed once however often it is preempted. */
  readonly chain: HashChain;
  /** Prompt tokens found in the cache when it was first admitted. */
  cachedTokens = 0;

  constructor(request: GenerationRequest) {
    this.id = request.id;
    this.params = request.params;
    this.priority = request.priority;
    this.promptLength = request.promptIds.length;
    this.numTokens = this.promptLength;
    this.tokens = new Uint32Array(Math.max(64, this.promptLength + 16));
    this.tokens.set(request.promptIds);
    this.chain = new HashChain(request.cacheSalt);
  }

  get numOutputs(): number {
    return this.numTokens - this.promptLength;
  }

  append(tokenId: number): void {
    if (this.numTokens === this.tokens.length) {
      const grown = new Uint32Array(this.tokens.length * 2);
      grown.set(this.tokens);
      this.tokens = grown;
    }
    this.tokens[this.numTokens++] = tokenId;
  }
}
