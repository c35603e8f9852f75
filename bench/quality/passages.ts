import type { ChatTemplate } from "../../src/text/chat_template.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { MESSAGES } from "./messages.ts";

/** Of any text in any tokenizer: enough letters for the tokens that are wanted. */
const LETTERS_PER_TOKEN = 8;

/**
 * `count` passages of `length` tokens from places evenly spread over a text, each beginning as the tokenizer begins a
 * text. Throws where the text is too short.
 */
export function passagesOf(text: string, tokenizer: Tokenizer, count: number, length: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const place = Math.floor((i * Math.max(0, text.length - length * LETTERS_PER_TOKEN)) / Math.max(1, count - 1));
    const ids = tokenizer.encode(text.slice(place, place + length * LETTERS_PER_TOKEN)).slice(0, length);
    if (ids.length === length) return ids;
    throw new Error(`Cannot take ${length} tokens from letter ${place} on: the text has ${ids.length} there`);
  });
}

/** Messages of a user, at most `count`, each ready for the model's answer. */
export function conversations(template: ChatTemplate, tokenizer: Tokenizer, count: number): number[][] {
  return MESSAGES.slice(0, count).map((content) =>
    tokenizer.encode(template.render([{ role: "user", content }]), { addSpecialTokens: false }),
  );
}
