/** The ids of a prompt's tokens, or a text. */
export type Prompt = readonly number[] | string;

/** Short words that are one token in nearly every vocabulary that was learned from English. */
const WORDS = [
  "the of and to in is you that it he was for on are as with his they at be this have from or one had by but not what",
  "all were we when your can said there use an each which she do how their if will up other about out many then them",
  "these so some her would make like him into time has look two more go see no way could my than first been call who",
  "its now find long down day did get come made may part",
]
  .join(" ")
  .split(" ");

/** A text of one word for each token, the same words for the same ids, for servers that take no ids. */
export function wordsFor(prompt: Prompt): string {
  return typeof prompt === "string" ? prompt : prompt.map((id) => WORDS[id % WORDS.length]!).join(" ");
}
