import type { ChatTemplate } from "./chat_template.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * The tokens that every request with this system prompt begins with: what the chat template makes of it whatever the
 * user says next, or without a template the text itself. Ends where the next text could change the tokens.
 */
export function systemPromptTokens(text: string, tokenizer: Tokenizer, template: ChatTemplate | null): number[] {
  const [a, b] = FOLLOWERS.map((follower) => {
    if (template === null) return tokenizer.encode(`${text}${follower}`);
    const messages = [
      { role: "system", content: text },
      { role: "user", content: follower },
    ];
    return tokenizer.encode(template.render(messages), { addSpecialTokens: false });
  }) as [number[], number[]];
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** What a user may say first: texts without a common beginning. */
const FOLLOWERS = ["Hello", "1 + 1?"];
