import type { Tokenizer } from "../text/tokenizer.ts";

/**
 * The token sequences that bad words are barred as, as vLLM has them: each word as it stands at the beginning of a text,
 * and after a space where that is one sequence of as many other tokens.
 */
export function badWordIds(words: readonly string[], tokenizer: Tokenizer): number[][] {
  const sequences: number[][] = [];
  for (const word of words) {
    const text = word.trimStart();
    const plain = tokenizer.encode(text, { addSpecialTokens: false });
    const spaced = tokenizer.encode(` ${text}`, { addSpecialTokens: false });
    if (plain.length > 0) sequences.push(plain);
    if (spaced.length > 0 && spaced.length === plain.length && spaced[0] !== plain[0]) sequences.push(spaced);
  }
  return sequences;
}
