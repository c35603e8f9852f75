import { Random } from "../../../src/base/random.ts";
import { type SimRequest, streamTokens, tokenAt } from "../request.ts";
import { type Lengths, lengthSampler } from "./lengths.ts";
import { poissonArrivals } from "./poisson.ts";

/** Sentences to translate, as in WMT16: some 25 words each way. Not stated in the paper. */
export const SENTENCES: Lengths = {
  prompt: { mean: 38, sigma: 0.5, least: 4, most: 256 },
  output: { mean: 40, sigma: 0.5, least: 4, most: 256 },
};

/** The stream of the examples that every prompt begins with; requests use streams 0, 1, 2... */
const PREFIX_STREAM = -2;

/** Requests that all begin with the same `prefix` tokens and go on with a sentence of their own. */
export function sharedPrefixWorkload(prefix: number, rate: number, duration: number, random: Random): SimRequest[] {
  const sentence = lengthSampler(SENTENCES.prompt);
  const translation = lengthSampler(SENTENCES.output);
  const drawn = new Random(random.integer(0, 2 ** 31));
  const examples = streamTokens(PREFIX_STREAM, 0, prefix);
  return poissonArrivals(rate, duration, random).map((arrival, id) => {
    const own = sentence(drawn);
    return {
      id,
      arrival,
      promptLength: prefix + own,
      outputLength: translation(drawn),
      prompt: () => {
        const tokens = new Uint32Array(prefix + own);
        tokens.set(examples);
        tokens.set(streamTokens(id, 0, own), prefix);
        return tokens;
      },
      output: (i) => tokenAt(id, own + i),
    };
  });
}
