import { expect, test } from "bun:test";
import { type EngineError, GREEDY, type SamplingParams } from "../../src/contracts/generation.ts";
import { MAX_BIASED_TOKENS } from "../../src/contracts/runner.ts";
import { checkParams } from "../../src/engine/check_params.ts";

const EOS = new Set([9]);
const VOCAB = 5000;

function fault(params: Partial<SamplingParams>): string | null {
  try {
    checkParams({ ...GREEDY, maxTokens: 5, ...params }, VOCAB, EOS);
    return null;
  } catch (error) {
    return (error as EngineError).param;
  }
}

test("checkParams names the field at fault", () => {
  expect(fault({})).toBeNull();
  expect(fault({ maxTokens: 0 })).toBe("max_tokens");
  expect(fault({ minTokens: 6 })).toBe("min_tokens");
  expect(fault({ minTokens: 5 })).toBeNull();
  expect(fault({ stopTokenIds: [VOCAB] })).toBe("stop_token_ids");
  expect(fault({ logitBias: new Map([[-1, 1]]) })).toBe("logit_bias");
  expect(fault({ allowedTokenIds: [0.5] })).toBe("allowed_token_ids");
  expect(fault({ badWords: [[1], [2, VOCAB]] })).toBe("bad_words");
});

test("checkParams refuses what leaves no token, or takes too many edits", () => {
  expect(fault({ allowedTokenIds: [] })).toBe("allowed_token_ids");
  expect(fault({ allowedTokenIds: [9], minTokens: 1 })).toBe("allowed_token_ids");
  expect(fault({ allowedTokenIds: [9] })).toBeNull();
  expect(fault({ allowedTokenIds: [3, 4], badWords: [[3], [4]] })).toBe("allowed_token_ids");
  expect(fault({ allowedTokenIds: [3, 4], badWords: [[3], [3, 4]] })).toBeNull();
  const bias = (count: number) => new Map(Array.from({ length: count }, (_, i) => [i + 10, 1] as const));
  expect(fault({ logitBias: bias(MAX_BIASED_TOKENS) })).toBeNull();
  expect(fault({ logitBias: bias(MAX_BIASED_TOKENS), badWords: [[1]] })).toBe("logit_bias");
});
