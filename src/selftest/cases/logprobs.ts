import { NOT_A_TOKEN } from "../../contracts/device.ts";
import { Data } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

/** `logits` is [chosen.length, vocab]; `top` alternatives a row. */
export function logprobsScenario(logits: Float32Array, chosen: readonly number[], top: number): Scenario {
  const rows = chosen.length;
  const vocab = logits.length / rows;
  return {
    buffers: {
      logits,
      tokenIds: Uint32Array.from(chosen),
      chosen: new Float32Array(rows),
      ranks: new Uint32Array(rows),
      // As large as the largest step needs, whatever this one asks for.
      topIds: new Uint32Array(rows * Math.min(64, vocab)),
      topLogprobs: new Float32Array(rows * Math.min(64, vocab)),
    },
    bind: (ops, buffer) =>
      ops.logprobs("logprobs", {
        chosen: buffer("chosen"),
        ranks: buffer("ranks"),
        topIds: buffer("topIds"),
        topLogprobs: buffer("topLogprobs"),
        logits: buffer("logits"),
        tokenIds: buffer("tokenIds"),
        vocab,
      }),
    step: { samples: rows, topLogprobs: top },
    outputs: { chosen: "f32", ranks: "u32", topIds: "u32", topLogprobs: "f32" },
  };
}

const masked = Number.NEGATIVE_INFINITY;

/** Random logits, a share of them masked, others on a grid of `steps` values so that some are equal. */
function random(vocab: number, rows: number, top: number, { size = 12, steps = 1e6, maskedShare = 0 } = {}): Scenario {
  const data = new Data(vocab + rows + top);
  const logits = data.floats(vocab * rows, size).map((value) => Math.round((value * steps) / size) * (size / steps));
  if (maskedShare > 0) {
    for (let i = 0; i < logits.length; i++) if (data.random.next() < maskedShare) logits[i] = masked;
  }
  return logprobsScenario(logits, [...data.integers(rows, vocab)], top);
}

const table: Readonly<Record<string, () => Scenario>> = {
  "5 tokens, all of them": () => random(5, 3, 5),
  "one-token vocabulary": () => logprobsScenario(Float32Array.of(-5), [0], 1),
  "257 tokens, none": () => random(257, 4, 0),
  "1000 tokens, 20": () => random(1000, 7, 20),
  "1000 tokens, many equal": () => random(1000, 7, 64, { steps: 3 }),
  "2048 tokens, most masked": () => random(2048, 5, 40, { maskedShare: 0.99 }),
  "all equal": () => logprobsScenario(new Float32Array(1400).fill(-7), [699, 0], 64),
  "-0 equals 0": () => logprobsScenario(Float32Array.of(-1, -0, 0, -0), [2], 4),
  "large and far apart": () => logprobsScenario(Float32Array.of(1e4, -1e4, 1e4 - 1, 3, masked), [4], 5),
  "a row without a token": () => logprobsScenario(new Data(1).floats(90), [4, NOT_A_TOKEN, 7], 6),
  "not asked for": () => random(300, 3, -1),
  "50000 tokens, 64": () => random(50000, 2, 64),
  "152064 tokens, 5": () => random(152064, 2, 5, { size: 4 }),
};

export const logprobsCases: readonly Case[] = Object.entries(table).map(([name, scenario]) => ({
  kernel: "logprobs",
  name,
  scenario,
  tolerance: 2e-7,
}));
