import { expect, test } from "bun:test";
import { GREEDY, type SamplingParams } from "../../src/contracts/generation.ts";
import { stopAfter } from "../../src/engine/stop.ts";

const limits = { eosTokenIds: new Set([2]), maxModelLen: 20 };

function stop(tokenId: number, numOutputs: number, params: Partial<SamplingParams>, numTokens = 10) {
  const found = stopAfter(tokenId, numTokens, numOutputs, { ...GREEDY, maxTokens: 8, ...params }, limits);
  return found && [found.reason, found.stopReason];
}

test("end of sequence, then stop ids, then length; none but length before min_tokens", () => {
  expect(stop(2, 1, {})).toEqual(["stop", null]);
  expect(stop(2, 1, { stopTokenIds: [2] })).toEqual(["stop", null]);
  expect(stop(2, 1, { ignoreEos: true })).toBeNull();
  expect(stop(2, 1, { ignoreEos: true, stopTokenIds: [2] })).toEqual(["stop", 2]);
  expect(stop(5, 8, { stopTokenIds: [5] })).toEqual(["stop", 5]);
  expect(stop(6, 8, {})).toEqual(["length", null]);
  expect(stop(6, 1, {}, 20)).toEqual(["length", null]);
  expect(stop(2, 2, { minTokens: 3 })).toBeNull();
  expect(stop(5, 2, { minTokens: 3, stopTokenIds: [5] })).toBeNull();
  expect(stop(2, 3, { minTokens: 3 })).toEqual(["stop", null]);
  expect(stop(2, 2, { minTokens: 3 }, 20)).toEqual(["length", null]);
});
