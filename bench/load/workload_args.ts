import { numberOf, wholeOf } from "./bench_args.ts";
import type { WorkloadOptions } from "./workload.ts";

/** The options that describe a workload, named as vLLM's are. */
export const WORKLOAD_ARGS = {
  "dataset-name": { type: "string", default: "random" },
  "num-prompts": { type: "string", default: "100" },
  "input-len": { type: "string", default: "256" },
  "output-len": { type: "string", default: "128" },
  "prefix-len": { type: "string", default: "0" },
  "range-ratio": { type: "string", default: "0" },
  "length-scale": { type: "string", default: "1" },
  seed: { type: "string", default: "0" },
} as const;

export const WORKLOAD_HELP = `  --dataset-name NAME    random (default), sharegpt (its lengths), text (Shakespeare), azure, mooncake (traces with
                         their own rhythm, which --request-rate stretches)
  --num-prompts N        requests (100)
  --input-len N          tokens of a prompt (256), for random and text
  --output-len N         tokens of an answer (128), for random and text
  --prefix-len N         tokens before the input that all prompts have in common (0), for random
  --range-ratio R        lengths from len * (1 - R) to len * (1 + R) (0), for random
  --length-scale F       factor on the lengths of sharegpt, azure and mooncake (1)
  --seed N               the same seed, the same load (0)
`;

type Values = Readonly<Record<keyof typeof WORKLOAD_ARGS, string>>;

/** @throws Error naming the option */
export function workloadOptions(
  values: Values,
  {
    vocabSize,
    maxLength,
    tokenizer,
    sendIds,
  }: Pick<WorkloadOptions, "vocabSize" | "maxLength" | "tokenizer" | "sendIds">,
): WorkloadOptions {
  const whole = (name: keyof Values, least: number) => wholeOf(name, values[name], least);
  const rangeRatio = numberOf("range-ratio", values["range-ratio"], 0);
  if (rangeRatio >= 1) throw new Error(`Cannot use --range-ratio: it takes a number below 1: received "${rangeRatio}"`);
  const lengthScale = numberOf("length-scale", values["length-scale"], 0.001);
  return {
    count: whole("num-prompts", 1),
    inputLen: whole("input-len", 1),
    outputLen: whole("output-len", 1),
    prefixLen: whole("prefix-len", 0),
    rangeRatio,
    lengthScale,
    seed: whole("seed", 0),
    variant: 0,
    vocabSize,
    maxLength,
    tokenizer,
    sendIds,
  };
}
