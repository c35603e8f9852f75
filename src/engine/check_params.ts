import { EngineError, type SamplingParams } from "../contracts/generation.ts";
import { MAX_BIASED_TOKENS } from "../contracts/runner.ts";

/** Throws EngineError naming the field where the parameters name tokens that are not there, leave none, or name too many. */
export function checkParams(params: SamplingParams, vocabSize: number, eosTokenIds: ReadonlySet<number>): void {
  const { maxTokens, minTokens, allowedTokenIds, badWords, logitBias, stopTokenIds } = params;
  if (!(Number.isInteger(maxTokens) && maxTokens >= 1)) {
    throw refused("max_tokens", `max_tokens must be at least 1: received ${maxTokens}`);
  }
  if (minTokens > maxTokens) throw refused("min_tokens", `min_tokens is ${minTokens}, but max_tokens is ${maxTokens}`);
  const check = (param: string, tokenIds: Iterable<number>) => {
    for (const tokenId of tokenIds) {
      if (Number.isInteger(tokenId) && tokenId >= 0 && tokenId < vocabSize) continue;
      throw refused(param, `${param} must be token ids from 0 to ${vocabSize - 1}: received ${tokenId}`);
    }
  };
  check("stop_token_ids", stopTokenIds);
  check("logit_bias", logitBias.keys());
  check("allowed_token_ids", allowedTokenIds ?? []);
  for (const word of badWords) check("bad_words", word);

  const endings = minTokens > 0 ? new Set([...eosTokenIds, ...stopTokenIds]) : new Set<number>();
  const biased = new Set([...logitBias.keys(), ...badWords.map((word) => word.at(-1)!), ...endings]).size;
  if (biased > MAX_BIASED_TOKENS) {
    const message = `logit_bias, bad_words and the stop tokens that min_tokens bars are ${biased} tokens; at most ${MAX_BIASED_TOKENS} are allowed`;
    throw refused("logit_bias", message);
  }
  if (allowedTokenIds === null) return;
  const barred = new Set(endings);
  for (const word of badWords) if (word.length === 1) barred.add(word[0]!);
  if (allowedTokenIds.every((tokenId) => barred.has(tokenId))) {
    throw refused("allowed_token_ids", "allowed_token_ids leaves no token that bad_words and min_tokens do not bar");
  }
}

function refused(param: string, message: string): EngineError {
  return new EngineError("invalid_request", message, param);
}
