import type { Random } from "../../../src/base/random.ts";

/** Lengths in tokens whose logarithm is normal, clipped to [least, most]. */
export interface LengthDistribution {
  readonly mean: number;
  /** Standard deviation of the logarithm. */
  readonly sigma: number;
  readonly least: number;
  readonly most: number;
}

export interface Lengths {
  readonly prompt: LengthDistribution;
  readonly output: LengthDistribution;
}

/**
 * Means as in the paper. The spreads are ours, since the paper shows them as a figure only: wide for ShareGPT (short
 * questions, pasted texts; answers up to half the window), narrow instructions and moderate answers for Alpaca. The
 * bounds keep prompt + output within OPT's 2048 tokens.
 */
export const SHAREGPT: Lengths = {
  prompt: { mean: 161.31, sigma: 1.5, least: 4, most: 1024 },
  output: { mean: 337.99, sigma: 1.0, least: 4, most: 1024 },
};
export const ALPACA: Lengths = {
  prompt: { mean: 19.31, sigma: 0.5, least: 4, most: 256 },
  output: { mean: 58.45, sigma: 1.0, least: 2, most: 512 },
};

/** A sampler of integer lengths. The normal's mean is searched so that the clipped lengths have the mean asked for. */
export function lengthSampler({ mean, sigma, least, most }: LengthDistribution): (random: Random) => number {
  const length = (mu: number, z: number) => Math.round(Math.min(most, Math.max(least, Math.exp(mu + sigma * z))));
  let low = Math.log(least) - 5;
  let high = Math.log(most) + 5;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (const z of GRID) sum += length(middle, z);
    if (sum / GRID.length < mean) low = middle;
    else high = middle;
  }
  return (random) => length(low, normalQuantile(Math.max(random.next(), Number.EPSILON)));
}

/** The normal distribution's inverse, for `share` in (0, 1): Acklam's rational approximation, exact to 1.2e-9. */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    return polynomial(TAIL, q) / (polynomial(TAIL_DIVISOR, q) * q + 1);
  }
  const q = share - 0.5;
  const r = q * q;
  return (polynomial(CENTRE, r) * q) / (polynomial(CENTRE_DIVISOR, r) * r + 1);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const CENTRE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const CENTRE_DIVISOR = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
];
const TAIL = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_DIVISOR = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];

/** The middles of a thousand equally likely parts of the normal distribution. */
const GRID = Array.from({ length: 1000 }, (_, i) => normalQuantile((i + 0.5) / 1000));
