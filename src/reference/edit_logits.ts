import type { EditLogitsArgs } from "../contracts/device.ts";
import { SAMPLING_WORDS } from "../contracts/runner.ts";
import { memory } from "./buffer.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";

export interface Penalties {
  readonly repetition: number;
  readonly frequency: number;
  readonly presence: number;
}

export function editLogitsOp(name: string, args: EditLogitsArgs): ReferenceOp {
  const { vocab, direction } = args;
  const [words, floats] = [memory(args.sampling).u32, memory(args.sampling).f32];
  const [pairs, values] = [memory(args.edits).u32, memory(args.edits).f32];
  const [logits, originals] = [memory(args.logits).f32, memory(args.originals).f32];
  return referenceOp(name, ({ samples, edits }) => {
    if (edits === 0) return;
    for (let r = 0; r < samples; r++) {
      const at = r * SAMPLING_WORDS;
      const first = words[at + 13]!;
      const seen = first + words[at + 14]!;
      const end = seen + words[at + 15]!;
      const penalties = { repetition: floats[at + 8]!, frequency: floats[at + 9]!, presence: floats[at + 10]! };
      const place = (pair: number) => r * vocab + pairs[2 * pair]!;
      if (direction === "undo") {
        for (let pair = end - 1; pair >= first; pair--) logits[place(pair)] = originals[pair]!;
        continue;
      }
      for (let pair = first; pair < end; pair++) {
        const logit = logits[place(pair)]!;
        originals[pair] = logit;
        const edited =
          pair < seen ? biased(logit, values[2 * pair + 1]!) : penalised(logit, penalties, pairs[2 * pair + 1]!);
        logits[place(pair)] = edited;
      }
    }
  });
}

/** A bias of -inf bars the token; a logit that is not finite stays so. */
export function biased(logit: number, bias: number): number {
  return bias === Number.NEGATIVE_INFINITY ? bias : logit + bias;
}

/** `count`: how often the token occurs in the output. */
export function penalised(logit: number, { repetition, frequency, presence }: Penalties, count: number): number {
  if (!Number.isFinite(logit)) return logit;
  const repeated = logit > 0 ? logit / repetition : logit * repetition;
  return repeated - frequency * count - (count > 0 ? presence : 0);
}
