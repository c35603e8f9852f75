import { describe, expect, test } from "bun:test";
import { barredTokens } from "../../src/engine/barred.ts";
import { SequenceGroup } from "../../src/engine/sequence_group.ts";
import { makeRequest } from "./harness.ts";

function barred(output: readonly number[], params: Parameters<typeof makeRequest>[2]): number[] {
  const sequence = new SequenceGroup(makeRequest("r", [1, 2, 3], params)).leader;
  for (const token of output) sequence.append(token);
  return [...barredTokens(sequence, new Set([90, 91]))].sort((a, b) => a - b);
}

describe("barredTokens", () => {
  test("end of sequence and stop ids until there are min_tokens, also where EOS would be ignored", () => {
    const params = { minTokens: 2, stopTokenIds: [7] };
    expect(barred([], params)).toEqual([7, 90, 91]);
    expect(barred([4], { ...params, ignoreEos: true })).toEqual([7, 90, 91]);
    expect(barred([4, 5], params)).toEqual([]);
  });

  test("the last token of a bad word whose others the output ends with", () => {
    const params = { badWords: [[5], [4, 6], [4, 4, 8], [3, 9]] };
    expect(barred([], params)).toEqual([5]);
    expect(barred([4], params)).toEqual([5, 6]);
    expect(barred([4, 4], params)).toEqual([5, 6, 8]);
    expect(barred([4, 1], params)).toEqual([5]);
    expect(barred([4, 3], params)).toEqual([5, 9]);
  });
});
