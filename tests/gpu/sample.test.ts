import { expect, test } from "bun:test";
import type { Device } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { type SamplingRow, sampleScenario } from "../../src/selftest/cases/sample.ts";
import { Data } from "../../src/selftest/data.ts";
import { runScenario } from "../../src/selftest/scenario.ts";
import { describeGpu, devices } from "./devices.ts";

/** The tokens chosen from one row of logits by each of the sampling rows. */
async function draw(device: Device, logits: Float32Array, rows: readonly SamplingRow[]): Promise<Uint32Array> {
  const all = new Float32Array(logits.length * rows.length);
  for (let r = 0; r < rows.length; r++) all.set(logits, r * logits.length);
  return new Uint32Array((await runScenario(device, sampleScenario(all, rows))).get("out")!.slice().buffer);
}

function draws(count: number, row: SamplingRow, vary: "seed" | "position"): SamplingRow[] {
  return Array.from({ length: count }, (_, i) => ({ ...row, [vary]: i }));
}

/** Softmax over the tokens that min-p, then top-k, then top-p, then typical-p with ties kept leave; by sorting. */
function probabilities(logits: Float32Array, row: SamplingRow): number[] {
  const { temperature = 1, topK = 0, topP = 1, minP = 0, typicalP = 1, allowed = [...logits.keys()] } = row;
  const order = [...allowed].sort((a, b) => logits[b]! - logits[a]!);
  const weights = [...logits].map((logit) => Math.exp(logit / temperature));
  const last = topK > 0 ? logits[order[Math.min(topK, order.length) - 1]!]! : Number.NEGATIVE_INFINITY;
  const least = minP * weights[order[0]!]!;
  const kept = order.filter((token) => logits[token]! >= last && weights[token]! >= least);
  const total = kept.reduce((sum, token) => sum + weights[token]!, 0);
  let mass = 0;
  const end = kept.find((token) => {
    mass += weights[token]! / total;
    return topP < 1 && mass >= topP;
  });
  const nucleus = kept.filter((token) => end === undefined || logits[token]! >= logits[end]!);
  return softmaxOf(weights, typical(weights, nucleus, typicalP));
}

function softmaxOf(weights: readonly number[], tokens: readonly number[]): number[] {
  const total = tokens.reduce((sum, token) => sum + weights[token]!, 0);
  return weights.map((weight, token) => (tokens.includes(token) ? weight / total : 0));
}

/** The tokens whose surprise is nearest to the entropy, until they have the mass. */
function typical(weights: readonly number[], tokens: readonly number[], mass: number): readonly number[] {
  if (mass >= 1) return tokens;
  const p = softmaxOf(weights, tokens);
  const entropy = -tokens.reduce((sum, token) => sum + p[token]! * Math.log(p[token]!), 0);
  const distance = (token: number) => Math.abs(-Math.log(p[token]!) - entropy);
  const nearest = [...tokens].sort((a, b) => distance(a) - distance(b));
  let sum = 0;
  const end = nearest.findIndex((token) => {
    sum += p[token]!;
    return sum >= mass;
  });
  return nearest.slice(0, end + 1);
}

/** Pearson's statistic stays below these with probability 1 - 1e-6, by degrees of freedom. */
const CHI_SQUARE_1E6: Readonly<Record<number, number>> = { 11: 48.87, 19: 63.68 };

function chiSquare(tokens: Uint32Array, expected: readonly number[]): number {
  const counts = new Array<number>(expected.length).fill(0);
  for (const token of tokens) counts[token]!++;
  return expected.reduce((sum, p, token) => {
    if (p === 0) return sum + (counts[token]! > 0 ? Number.POSITIVE_INFINITY : 0);
    return sum + (counts[token]! - p * tokens.length) ** 2 / (p * tokens.length);
  }, 0);
}

describeGpu("sampling on the GPU", () => {
  for (const vary of ["seed", "position"] as const) {
    test(`follows softmax when the ${vary} varies (fails by chance once in a million)`, async () => {
      const logits = new Data(3).floats(20, 1.5);
      const row = { temperature: 0.8, seed: 11, position: 5 };
      const tokens = await draw(devices[0]!, logits, draws(6000, row, vary));
      expect(chiSquare(tokens, probabilities(logits, row))).toBeLessThan(CHI_SQUARE_1E6[19]!);
    });
  }

  test("follows the softmax of what top-k leaves (fails by chance once in a million)", async () => {
    const logits = new Data(4).floats(40, 1.5);
    const row = { temperature: 1.3, topK: 12 };
    const tokens = await draw(devices[0]!, logits, draws(6000, row, "seed"));
    expect(chiSquare(tokens, probabilities(logits, row))).toBeLessThan(CHI_SQUARE_1E6[11]!);
  });

  test("follows the softmax of what min-p and a mask leave (fails by chance once in a million)", async () => {
    const logits = new Data(5).floats(40, 1.5);
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    // The twelve likeliest of the allowed ones: min-p lies between the twelfth and the next.
    const allowed = order.filter((_, i) => i % 2 === 1);
    const minP = Math.exp((logits[allowed[11]!]! + logits[allowed[12]!]!) / 2 - logits[allowed[0]!]!);
    const row = { minP, allowed };
    const tokens = await draw(devices[0]!, logits, draws(3000, row, "seed"));
    expect(chiSquare(tokens, probabilities(logits, row))).toBeLessThan(CHI_SQUARE_1E6[11]!);
  }, 240_000);

  test("keeps the tokens that min-p and typical-p keep", async () => {
    const data = new Data(10);
    for (let i = 0; i < 8; i++) {
      // No two are as far from the mean, and near-equal weights let 300 draws show every token kept.
      const logits = data.floats(20, 0.4);
      const [minP, typicalP] = [data.random.integer(0, 9) / 10, data.random.integer(1, 19) / 20];
      const row = { minP, typicalP, topK: data.random.integer(0, 20), temperature: 0.9 };
      const kept = probabilities(logits, row).flatMap((p, token) => (p > 0 ? [token] : []));
      const drawn = new Set(await draw(devices[0]!, logits, draws(300, row, "seed")));
      expect([...drawn].sort((a, b) => a - b)).toEqual(kept);
    }
  }, 240_000);

  test("keeps exactly the tokens that sorting keeps, ties included", async () => {
    const data = new Data(9);
    for (let i = 0; i < 24; i++) {
      // Few distinct values make ties; near-equal weights let 600 draws show every token kept.
      const logits = Float32Array.from({ length: 24 }, () => data.random.integer(-3, 3) / 20);
      const row = { topK: data.random.integer(0, 24), topP: data.random.integer(1, 20) / 20, temperature: 0.7 };
      const kept = probabilities(logits, row).flatMap((p, token) => (p > 0 ? [token] : []));
      const drawn = new Set(await draw(devices[0]!, logits, draws(600, row, "seed")));
      expect([...drawn].sort((a, b) => a - b)).toEqual(kept);
    }
  }, 240_000);

  test("draws the reference's tokens: the noise is the same bits", async () => {
    const logits = new Data(6).floats(64, 2);
    const rows = Array.from({ length: 3000 }, (_, i) => ({ seed: i * 2654435761, position: i % 7, topP: 0.97 }));
    expect(await draw(devices[0]!, logits, rows)).toEqual(await draw(openReferenceDevice(), logits, rows));
  });

  test("draws the reference's tokens, whether the likeliest are few, many or all alike, in rows of any length", async () => {
    const reference = openReferenceDevice();
    const data = new Data(21);
    for (const [vocab, size, steps] of [
      [1031, 9, 1e6],
      [2050, 0.5, 1e6],
      [1501, 4, 3],
      [4099, 3, 0],
    ] as const) {
      const rows: SamplingRow[] = Array.from({ length: 8 }, (_, i) => ({
        seed: i,
        temperature: [0.7, 1.5][i % 2]!,
        topK: [0, 40, 0, 300, 128, 0, 7, 0][i]!,
        topP: [0.9, 1, 0.3, 0.99, 0.6, 1, 1, 0.5][i]!,
        minP: [0, 0, 0.001, 0, 0, 0.05, 0, 0][i]!,
        typicalP: [1, 1, 1, 1, 0.8, 1, 0.5, 0.9][i]!,
        ...(i > 4 && { allowed: [...data.integers(vocab / 2, vocab)] }),
      }));
      const logits = data.floats(vocab * rows.length, size).map((x) => (steps < 1e6 ? Math.round(x * steps) / 3 : x));
      const scenario = sampleScenario(logits, rows);
      const expected = (await runScenario(reference, scenario)).get("out");
      for (const device of devices) expect((await runScenario(device, scenario)).get("out")).toEqual(expected);
    }
  }, 60_000);
});
