import { NOT_A_TOKEN, type SampleArgs } from "../contracts/device.ts";
import { GREEDY_TEMPERATURE, maskWords, SAMPLING_WORDS } from "../contracts/runner.ts";
import { memory } from "./buffer.ts";
import { type Filters, keptTokens } from "./filters.ts";
import { exponential, pcg4d, uniformOf } from "./noise.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

/** What a sampling row's words say; src/contracts/runner.ts. */
export interface Sampling extends Filters {
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly position: number;
}

export function sampleOp(name: string, { out, logits, vocab, sampling, masks }: SampleArgs): ReferenceOp {
  const { u32, f32 } = memory(sampling);
  const words = maskWords(vocab);
  return referenceOp(name, ({ samples }) => {
    for (let r = 0; r < samples; r++) {
      const at = r * SAMPLING_WORDS;
      const forced = u32[at + 11]!;
      if (forced > 0) {
        memory(out).u32[r] = forced - 1;
        continue;
      }
      const row = memory(logits).f32.subarray(r * vocab, (r + 1) * vocab);
      const mask = u32[at + 12]!;
      const allowed = mask > 0 ? masked(row, memory(masks).u32.subarray((mask - 1) * words, mask * words)) : row;
      memory(out).u32[r] = sampleRow(allowed, {
        temperature: f32[at]!,
        topK: u32[at + 1]!,
        topP: f32[at + 2]!,
        seedLow: u32[at + 3]!,
        seedHigh: u32[at + 4]!,
        position: u32[at + 5]!,
        minP: f32[at + 6]!,
        typicalP: f32[at + 7]!,
      });
    }
  });
}

/** The chosen token, or NOT_A_TOKEN where the logits hold NaN or +inf or nothing but -inf. */
export function sampleRow(logits: Float32Array, sampling: Sampling): number {
  let best = NOT_A_TOKEN;
  let peak = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (Number.isNaN(logit) || logit === Number.POSITIVE_INFINITY) return NOT_A_TOKEN;
    if (logit > peak) {
      peak = logit;
      best = token;
    }
  }
  if (best === NOT_A_TOKEN || sampling.temperature < GREEDY_TEMPERATURE) return best;

  const isKept = keptTokens(logits, peak, sampling);
  let highest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (logit === Number.NEGATIVE_INFINITY || !isKept(logit)) continue;
    // The token whose exponential clock, of rate exp(logit / temperature), rings first.
    const u = uniformOf(pcg4d(sampling.seedLow, sampling.seedHigh, sampling.position, token));
    const score = (logit - peak) / sampling.temperature - Math.log(exponential(u));
    if (score > highest) {
      highest = score;
      best = token;
    }
  }
  return best;
}

/** The logits with those of the tokens whose bits are not set at -inf. */
function masked(logits: Float32Array, mask: Uint32Array): Float32Array {
  return logits.map((logit, token) => ((mask[token >>> 5]! >>> (token & 31)) & 1 ? logit : Number.NEGATIVE_INFINITY));
}
