import { expect, test } from "bun:test";
import { agreementOfContinuations, agreementOnText, perplexity } from "../../../bench/quality/agreement.ts";

const scored = (logprobs: number[], likeliest: number[]) =>
  logprobs.map((logprob, i) => ({ logprob, likeliest: likeliest[i]! }));

test("perplexity is the geometric mean of what tokens are unlikely by", () => {
  expect(perplexity(scored([Math.log(1 / 2), Math.log(1 / 8)], [0, 0]))).toBeCloseTo(4, 12);
});

test("on a text, log-probabilities and the likeliest tokens are compared place by place", () => {
  const baseline = scored([-1, -3, -2, -2], [4, 5, 6, 7]);
  const answers = scored([-2, -2, -2, -2], [4, 9, 6, 7]);
  expect(agreementOnText(baseline, baseline)).toEqual({ logprobError: 0, sameLikeliest: 1 });
  expect(agreementOnText(answers, baseline)).toEqual({ logprobError: 0.5, sameLikeliest: 0.75 });
});

test("of continuations, equal tokens are counted, and those before the first that differs", () => {
  const baseline = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ];
  const answers = [
    [1, 9, 3, 9],
    [5, 6, 7, 8],
  ];
  expect(agreementOfContinuations(baseline, baseline)).toEqual({ sameContinued: 1, untilDifferent: 4 });
  expect(agreementOfContinuations(answers, baseline)).toEqual({ sameContinued: 0.75, untilDifferent: 2.5 });
});
