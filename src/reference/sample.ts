import { NOT_A_TOKEN, type SampleArgs } from "../contracts/device.ts";
import { GREEDY_TEMPERATURE, SAMPLING_WORDS } from "../contracts/runner.ts";
import { memory } from "./buffer.ts";
import { exponential, pcg4d, uniformOf } from "./noise.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

/** What a sampling row's words say; src/contracts/runner.ts. */
export interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly position: number;
}

export function sampleOp(name: string, { out, logits, vocab, sampling }: SampleArgs): ReferenceOp {
  const { u32, f32 } = memory(sampling);
  return referenceOp(name, ({ samples }) => {
    for (let r = 0; r < samples; r++) {
      const at = r * SAMPLING_WORDS;
      const row = memory(logits).f32.subarray(r * vocab, (r + 1) * vocab);
      memory(out).u32[r] = sampleRow(row, {
        temperature: f32[at]!,
        topK: u32[at + 1]!,
        topP: f32[at + 2]!,
        seedLow: u32[at + 3]!,
        seedHigh: u32[at + 4]!,
        position: u32[at + 5]!,
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

  const floor = lowestKept(logits, peak, sampling);
  let highest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (logit < floor || logit === Number.NEGATIVE_INFINITY) continue;
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

/** The lowest logit that top-k, then top-p on what top-k left, keep; ties with it are kept too. */
export function lowestKept(logits: Float32Array, peak: number, { temperature, topK, topP }: Sampling): number {
  const limitK = topK > 0 && topK < logits.length;
  if (!limitK && topP >= 1) return Number.NEGATIVE_INFINITY;
  const sorted = logits.slice().sort().reverse();
  const floor = limitK ? sorted[topK - 1]! : Number.NEGATIVE_INFINITY;
  if (topP >= 1) return floor;
  const weight = (logit: number) => Math.exp((logit - peak) / temperature);
  let total = 0;
  for (const logit of sorted) if (logit >= floor) total += weight(logit);
  let mass = 0;
  for (const logit of sorted) {
    mass += weight(logit);
    if (mass >= topP * total) return logit;
  }
  return floor;
}
