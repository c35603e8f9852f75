import type { Reply } from "./reply.ts";

/** What /stats says about a reply. */
export function describeReply({ timing, usage }: Reply): string {
  const { firstText, generating, pieces } = timing;
  // A reply that was stopped has no usage: its pieces are counted instead.
  const tokens = usage?.completion_tokens ?? pieces;
  const facts = [`${usage ? "" : "about "}${plural(tokens, "token")}`];
  // The first token's time is its prompt's; the others came one by one after it.
  if (tokens > 1 && generating > 0) facts.push(`${(((tokens - 1) * 1000) / generating).toFixed(1)} tokens/s`);
  if (firstText !== null) facts.push(`the first after ${Math.round(firstText)} ms`);
  return `reply   ${facts.join(", ")}\nprompt  ${usage ? describePrompt(usage) : "not told, as the reply was stopped"}`;
}

function describePrompt({ prompt_tokens, prompt_tokens_details }: NonNullable<Reply["usage"]>): string {
  const cached = prompt_tokens_details?.cached_tokens;
  return `${plural(prompt_tokens, "token")}${cached === undefined ? "" : `, ${cached} of them cached`}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
