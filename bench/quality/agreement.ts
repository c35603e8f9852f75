import { mean } from "../lib/statistics.ts";
import type { Scored } from "./answers.ts";

/** exp of the mean negative log-probability of a token. */
export function perplexity(scored: readonly Scored[]): number {
  return Math.exp(-mean(scored.map(({ logprob }) => logprob)));
}

/** How far two models agree on the tokens of the same text. */
export function agreementOnText(scored: readonly Scored[], baseline: readonly Scored[]) {
  const pairs = scored.map((token, i) => [token, baseline[i]!] as const);
  return {
    /** Mean size of what a token's log-probability is off by. */
    logprobError: mean(pairs.map(([one, other]) => Math.abs(one.logprob - other.logprob))),
    /** Share of the places at which the same token is likeliest. */
    sameLikeliest: mean(pairs.map(([one, other]) => Number(one.likeliest === other.likeliest))),
  };
}

/** How far two models agree when they continue the same prompts, each by its own likeliest tokens. */
export function agreementOfContinuations(
  continued: readonly (readonly number[])[],
  baseline: readonly (readonly number[])[],
) {
  const same = continued.map((ids, i) => ids.map((id, j) => id === baseline[i]![j]));
  return {
    /** Share of equal tokens, place by place. */
    sameContinued: mean(same.flat().map(Number)),
    /** Mean tokens before the first that differs; all of them where none does. */
    untilDifferent: mean(same.map((tokens) => (tokens.includes(false) ? tokens.indexOf(false) : tokens.length))),
  };
}
