import { type LogprobsArgs, NOT_A_TOKEN } from "../contracts/device.ts";
import { memory } from "./buffer.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

export function logprobsOp(name: string, args: LogprobsArgs): ReferenceOp {
  const { vocab } = args;
  const [chosen, topLogprobs] = [memory(args.chosen).f32, memory(args.topLogprobs).f32];
  const [ranks, topIds, tokenIds] = [memory(args.ranks).u32, memory(args.topIds).u32, memory(args.tokenIds).u32];
  return referenceOp(name, ({ samples, topLogprobs: count }) => {
    if (count < 0) return;
    for (let r = 0; r < samples; r++) {
      const id = tokenIds[r]!;
      if (id === NOT_A_TOKEN) {
        chosen[r] = Number.NaN;
        ranks[r] = 0;
        topIds.fill(NOT_A_TOKEN, r * count, (r + 1) * count);
        topLogprobs.fill(Number.NaN, r * count, (r + 1) * count);
        continue;
      }
      const logits = memory(args.logits).f32.subarray(r * vocab, (r + 1) * vocab);
      const normaliser = logSumExp(logits);
      const top = likeliest(logits, count);
      chosen[r] = logits[id]! - normaliser;
      ranks[r] = placeOf(logits, id);
      topIds.set(top, r * count);
      topLogprobs.set(
        top.map((token) => logits[token]! - normaliser),
        r * count,
      );
    }
  });
}

/** log Σ exp(logit); finite where some logit is and none is NaN or +inf. */
export function logSumExp(logits: Float32Array): number {
  let peak = Number.NEGATIVE_INFINITY;
  for (const logit of logits) peak = Math.max(peak, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - peak);
  return peak + Math.log(sum);
}

/** The `count` first tokens, or all: by logit, of equal ones the lower id first. */
export function likeliest(logits: Float32Array, count: number): number[] {
  const top: number[] = [];
  for (let token = 0; token < logits.length; token++) {
    if (top.length === count && !(count > 0 && logits[token]! > logits[top[count - 1]!]!)) continue;
    let place = top.length;
    while (place > 0 && logits[token]! > logits[top[place - 1]!]!) place--;
    top.splice(place, 0, token);
    if (top.length > count) top.pop();
  }
  return top;
}

/** From 1, in the order of `likeliest`. */
export function placeOf(logits: Float32Array, id: number): number {
  let place = 1;
  for (let token = 0; token < logits.length; token++) {
    if (logits[token]! > logits[id]! || (logits[token] === logits[id] && token < id)) place++;
  }
  return place;
}
