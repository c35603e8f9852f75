import type { Tokenizer } from "../text/tokenizer.ts";

/**
 * The token sequences that bad words are barred as: each word as it stands at the beginning of a text, and as it stands
 * after a space where that is not the same with a space before it. (vLLM leaves the second one out where the two differ
 * in length, and so lets " there" pass where "there" alone takes two tokens.) A word can still be spelled otherwise.
 */
export function badWordIds(words: readonly string[], tokenizer: Tokenizer): number[][] {
  const sequences: number[][] = [];
  for (const word of words) {
    const text = word.trimStart();
    const plain = tokenizer.encode(text, { addSpecialTokens: false });
    const spaced = tokenizer.encode(` ${text}`, { addSpecialTokens: false });
    if (plain.length > 0) sequences.push(plain);
    if (spaced.length > 0 && !endsWith(spaced, plain)) sequences.push(spaced);
  }
  return sequences;
}

function endsWith(sequence: readonly number[], end: readonly number[]): boolean {
  return end.length <= sequence.length && end.every((id, i) => id === sequence[sequence.length - end.length + i]);
}
