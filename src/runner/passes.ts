import { MAX_BIASED_TOKENS, type RunnerLimits, SAMPLING_WORDS, type StepInput } from "../contracts/runner.ts";

/** Samples of a step that are drawn at once, and the part of its edits that is theirs. */
export interface Pass {
  readonly firstSample: number;
  readonly samples: number;
  readonly firstEdit: number;
  readonly edits: number;
  /** As in StepShape. */
  readonly filtered: number;
}

/** The bits of 1 as f32. */
const ONE = 0x3f800000;

/** Pairs that the device holds where sequences are many and long; more are sent in several passes. */
const EDITS_HELD = 2 ** 18;

/** Pairs that the device holds at once: at least those of any one sample, at most those of all. */
export function editCapacity({ maxSequences, maxModelLen, vocabSize }: RunnerLimits): number {
  const ofSample = Math.min(MAX_BIASED_TOKENS, vocabSize) + Math.min(maxModelLen, vocabSize);
  return Math.min(maxSequences * ofSample, Math.max(EDITS_HELD, ofSample));
}

/** Divides a step's samples, in order, so that each pass fits the device; usually there is one, and always a first. */
export function passesOf({ samples, sampling }: StepInput, maxSamples: number, maxEdits: number): Pass[] {
  const passes: Pass[] = [];
  let pass = { firstSample: 0, samples: 0, firstEdit: 0, edits: 0, filtered: 0 };
  for (let sample = 0; sample < samples; sample++) {
    const at = sample * SAMPLING_WORDS;
    const edits = sampling[at + 14]! + sampling[at + 15]!;
    if (pass.samples === maxSamples || pass.edits + edits > maxEdits) {
      passes.push(pass);
      pass = { firstSample: sample, samples: 0, firstEdit: pass.firstEdit + pass.edits, edits: 0, filtered: 0 };
    }
    pass.samples++;
    pass.edits += edits;
    pass.filtered += Number(isFiltered(sampling, at));
  }
  return [...passes, pass];
}

function isFiltered(sampling: Uint32Array, at: number): boolean {
  const [topK, topP, minP, typicalP] = [sampling[at + 1]!, sampling[at + 2]!, sampling[at + 6]!, sampling[at + 7]!];
  if (sampling[at]! === 0) return false; // a temperature of 0 takes the likeliest
  return topK > 0 || topP !== ONE || minP !== 0 || (typicalP !== 0 && typicalP !== ONE);
}
