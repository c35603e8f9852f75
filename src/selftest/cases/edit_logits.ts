import { SAMPLING_WORDS } from "../../contracts/runner.ts";
import { Data } from "../data.ts";
import type { Case, Scenario } from "../scenario.ts";

export interface EditedRow {
  /** Token and what is added to its logit. */
  bias?: readonly (readonly [number, number])[];
  /** Token and how often it occurs in the output. */
  seen?: readonly (readonly [number, number])[];
  repetition?: number;
  frequency?: number;
  presence?: number;
}

/** `logits` is [rows.length, vocab]; what the rows had before is kept where it is edited. */
export function editLogitsScenario(
  logits: Float32Array,
  rows: readonly EditedRow[],
  direction: "do" | "undo" = "do",
): Scenario {
  const sampling = new Uint32Array(rows.length * SAMPLING_WORDS);
  const floats = new Float32Array(sampling.buffer);
  const pairs = rows.flatMap(({ bias = [], seen = [] }) => [...bias, ...seen]);
  const edits = new Uint32Array(Math.max(1, pairs.length) * 2);
  const values = new Float32Array(edits.buffer);
  let next = 0;
  rows.forEach(({ bias = [], seen = [], repetition = 1, frequency = 0, presence = 0 }, r) => {
    const at = r * SAMPLING_WORDS;
    floats.set([repetition, frequency, presence], at + 8);
    sampling.set([next, bias.length, seen.length], at + 13);
    for (const [token, value] of bias) {
      edits[2 * next] = token;
      values[2 * next++ + 1] = value;
    }
    for (const [token, count] of seen) edits.set([token, count], 2 * next++);
  });
  const originals = Float32Array.from({ length: Math.max(1, pairs.length) }, (_, i) => 100 + i);
  return {
    buffers: { logits, sampling, edits, originals },
    bind: (ops, buffer) =>
      ops.editLogits("edit_logits", {
        logits: buffer("logits"),
        vocab: logits.length / rows.length,
        sampling: buffer("sampling"),
        edits: buffer("edits"),
        originals: buffer("originals"),
        direction,
      }),
    step: { samples: rows.length, edits: pairs.length },
    outputs: { logits: "f32", originals: "f32" },
  };
}

const barred = Number.NEGATIVE_INFINITY;

/** `count` different tokens, each with a number from `value`. */
function list(data: Data, vocab: number, count: number, value: () => number): [number, number][] {
  return [...data.shuffled(vocab).subarray(0, count)].map((token) => [token, value()]);
}

/** Rows with lists of all lengths, the tokens of both parts overlapping; every third row has none. */
export function randomEdits(data: Data, vocab: number, rows: number): EditedRow[] {
  const { random } = data;
  return Array.from({ length: rows }, (_, r) => {
    if (r % 3 === 2) return {};
    const value = () => (random.next() < 0.2 ? barred : random.next() * 200 - 100);
    return {
      bias: list(data, vocab, random.integer(0, Math.min(vocab, 300)), value),
      seen: list(data, vocab, random.integer(0, vocab), () => random.integer(0, 9)),
      repetition: random.next() * 3 + 0.1,
      frequency: random.next() * 4 - 2,
      presence: random.next() * 4 - 2,
    };
  });
}

function random(vocab: number, rows: number, direction: "do" | "undo" = "do"): Scenario {
  const data = new Data(vocab + rows);
  return editLogitsScenario(data.floats(vocab * rows, 12), randomEdits(data, vocab, rows), direction);
}

const table: Readonly<Record<string, () => Scenario>> = {
  "one-token vocabulary": () =>
    editLogitsScenario(Float32Array.of(-2), [{ seen: [[0, 3]], repetition: 2, frequency: 1 }]),
  "5 tokens, 4 rows": () => random(5, 4),
  "1000 tokens, 9 rows": () => random(1000, 9),
  "50000 tokens, 2 rows": () => random(50000, 2),
  "undone, 1000 tokens, 9 rows": () => random(1000, 9, "undo"),
  "nothing to do": () => editLogitsScenario(Float32Array.of(1, 2, 3), [{ repetition: 3 }]),
  "barred and seen at once": () =>
    editLogitsScenario(Float32Array.of(1, -2, barred, 0), [
      {
        bias: [
          [0, barred],
          [1, 5],
        ],
        seen: [
          [1, 1],
          [2, 4],
          [0, 2],
          [3, 0],
        ],
        repetition: 4,
        presence: 0.5,
      },
    ]),
  "not finite stays so": () =>
    editLogitsScenario(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY), [
      {
        bias: [
          [0, 1],
          [2, -50],
        ],
        seen: [
          [0, 1],
          [2, 1],
        ],
        repetition: 2,
      },
    ]),
};

export const editLogitsCases: readonly Case[] = Object.entries(table).map(([name, scenario]) => ({
  kernel: "edit_logits",
  name,
  scenario,
  tolerance: 2e-7,
}));
