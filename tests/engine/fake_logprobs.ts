import { Random } from "../../src/base/random.ts";
import type { StepLogprobs } from "../../src/contracts/runner.ts";

/** Log-probabilities of a whole vocabulary that follow from `seed`: a softmax over logits of 0 to 8. */
export function fakeDistribution(seed: number, vocabSize: number): Float64Array {
  const random = new Random(seed);
  const logits = Float64Array.from({ length: vocabSize }, () => random.next() * 8);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return logits.map((logit) => logit - total);
}

/** What a step answers of these distributions, one a sample. */
export function stepLogprobs(rows: readonly Float64Array[], tokenIds: Uint32Array, count: number): StepLogprobs {
  const order = rows.map((row) => Uint32Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b));
  const topIds = order.flatMap((tokens) => [...tokens.subarray(0, count)]);
  return {
    chosen: Float32Array.from(rows, (row, sample) => row[tokenIds[sample]!]!),
    ranks: Uint32Array.from(order, (tokens, sample) => tokens.indexOf(tokenIds[sample]!) + 1),
    count,
    topIds: Uint32Array.from(topIds),
    topLogprobs: Float32Array.from(topIds, (token, i) => rows[Math.floor(i / count)]![token]!),
  };
}
