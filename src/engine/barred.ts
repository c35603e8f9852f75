import type { Sequence } from "./sequence_group.ts";

/**
 * Tokens that must not come next: what would end the output before it has `minTokens`, and what would complete a bad
 * word, of which the output ends with all but the last token.
 */
export function barredTokens(sequence: Sequence, eosTokenIds: ReadonlySet<number>): ReadonlySet<number> {
  const { params } = sequence.group;
  const barred = new Set<number>();
  if (sequence.numOutputs < params.minTokens) {
    for (const tokenId of eosTokenIds) barred.add(tokenId);
    for (const tokenId of params.stopTokenIds) barred.add(tokenId);
  }
  for (const word of params.badWords) if (wouldComplete(sequence, word)) barred.add(word.at(-1)!);
  return barred;
}

function wouldComplete({ tokens, numTokens, numOutputs }: Sequence, word: readonly number[]): boolean {
  const prefix = word.length - 1;
  if (prefix > numOutputs) return false;
  for (let i = 0; i < prefix; i++) if (tokens[numTokens - prefix + i] !== word[i]) return false;
  return true;
}
