import { maskWords, SAMPLING_WORDS } from "../../contracts/runner.ts";
import { Data } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

export interface SamplingRow {
  temperature?: number;
  topK?: number;
  topP?: number;
  seed?: number;
  position?: number;
  minP?: number;
  typicalP?: number;
  forced?: number;
  /** The tokens that may be chosen. */
  allowed?: readonly number[];
}

/** The words of src/contracts/runner.ts for each row. */
export function samplingWords(rows: readonly SamplingRow[]): Uint32Array {
  const words = new Uint32Array(rows.length * SAMPLING_WORDS);
  const floats = new Float32Array(words.buffer);
  let masks = 0;
  rows.forEach((row, r) => {
    const { temperature = 1, topK = 0, topP = 1, seed = 0, position = 0, minP = 0, typicalP = 1, forced } = row;
    const at = r * SAMPLING_WORDS;
    floats[at] = temperature;
    words[at + 1] = topK;
    floats[at + 2] = topP;
    words[at + 3] = seed;
    words[at + 5] = position;
    floats[at + 6] = minP;
    floats[at + 7] = typicalP;
    if (forced !== undefined) words[at + 11] = forced + 1;
    if (row.allowed) words[at + 12] = ++masks;
  });
  return words;
}

/** The masks of the rows that have one, and a row of nothing at the end. */
function maskBits(rows: readonly SamplingRow[], vocab: number): Uint32Array {
  const lists = rows.flatMap(({ allowed }) => (allowed ? [allowed] : []));
  const words = maskWords(vocab);
  const bits = new Uint32Array((lists.length + 1) * words);
  lists.forEach((tokens, mask) => {
    for (const token of tokens) bits[mask * words + (token >>> 5)]! |= 1 << (token & 31);
  });
  return bits;
}

export function sampleScenario(logits: Float32Array, rows: readonly SamplingRow[]): Scenario {
  const vocab = logits.length / rows.length;
  return {
    buffers: {
      logits,
      sampling: samplingWords(rows),
      masks: maskBits(rows, vocab),
      out: new Uint32Array(rows.length),
    },
    bind: (ops, buffer) =>
      ops.sample("sample", {
        out: buffer("out"),
        logits: buffer("logits"),
        vocab,
        sampling: buffer("sampling"),
        masks: buffer("masks"),
      }),
    step: { samples: rows.length, filtered: rows.length },
    outputs: { out: "u32" },
  };
}

/** One row of logits for each sampling row. */
function random(vocab: number, rows: readonly SamplingRow[], size = 6): Scenario {
  return sampleScenario(new Data(vocab + rows.length).floats(vocab * rows.length, size), rows);
}

const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: masked } = Number;
const greedy = { temperature: 0 };
const mixed = Array.from({ length: 40 }, (_, i) => ({
  temperature: [1e-6, 0.3, 0.8, 1, 2][i % 5]!,
  topK: [0, 1, 5, 50][i % 4]!,
  topP: [1, 0.2, 0.9][i % 3]!,
  seed: i * 77,
  position: i,
}));
const filtered = mixed.map((row, i) => ({
  ...row,
  minP: [0, 0.01, 0.2, 1][i % 4]!,
  typicalP: [1, 0.5, 0.95, 0.1, 0][i % 5]!,
}));
/** Every third row may choose some tokens only. */
const restricted = filtered.map((row, i) => (i % 3 > 0 ? row : { ...row, allowed: [i, 31 - i / 3, 32, 99 + i] }));

const table: Readonly<Record<string, () => Scenario>> = {
  "greedy, 5000 tokens": () => random(5000, [greedy, greedy, greedy]),
  "greedy, lowest of equals": () => sampleScenario(new Float32Array(600).fill(3), [greedy, greedy]),
  "greedy, -0 equals 0": () => sampleScenario(Float32Array.of(-1, -0, 0, -0), [greedy]),
  "greedy, large and subnormal": () => sampleScenario(Float32Array.of(-3e38, 1e-40, 2e-40, 3e38, 3.1e38), [greedy]),
  "one-token vocabulary": () => sampleScenario(Float32Array.of(-5), [{ topK: 3, topP: 0.5 }]),
  "not finite": () =>
    sampleScenario(Float32Array.of(1, nan, 2, inf, 1, 2, masked, masked, masked, masked, 0, masked), [
      greedy,
      { topP: 0.5 },
      greedy,
      { topK: 2 },
    ]),
  "mixed rows, 700 tokens": () => random(700, mixed),
  "mixed rows, 32 tokens": () => random(32, mixed, 2),
  "min-p and typical-p, 700 tokens": () => random(700, filtered),
  "masks, 165 tokens": () => random(165, restricted),
  "masks, the only token and none": () => random(90, [{ allowed: [88] }, { allowed: [] }, greedy]),
  "a mask hides what is not finite": () => sampleScenario(Float32Array.of(1, nan, 2, inf), [{ allowed: [0] }]),
  "forced, whatever the logits": () =>
    sampleScenario(Float32Array.of(nan, 1, 2, masked), [{ forced: 3 }, { forced: 0 }]),
  "all equal, sampled": () => sampleScenario(new Float32Array(4000).fill(-7), [{ seed: 1 }, { seed: 2, topK: 9 }]),
  "152064 tokens": () => random(152064, [{ topK: 40, topP: 0.9 }, greedy, { temperature: 0.7, topP: 0.95 }]),
};

export const sampleCases: readonly Case[] = Object.entries(table).map(([name, scenario]) => ({
  kernel: "sample",
  name,
  scenario,
  tolerance: 0,
}));
