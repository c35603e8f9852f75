/** Which of the tokens may be drawn; what a value that means "off" is, src/contracts/runner.ts says. */
export interface Filters {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly typicalP: number;
}

/** Tells by its logit whether a token survives min-p, top-k, top-p and typical-p, each on what the one before left. */
export function keptTokens(logits: Float32Array, peak: number, filters: Filters): (logit: number) => boolean {
  const { temperature, typicalP } = filters;
  const floor = lowestKept(logits, peak, filters);
  if (!(typicalP > 0 && typicalP < 1)) return (logit) => logit >= floor;
  const kept = logits.filter((logit) => logit >= floor && logit > Number.NEGATIVE_INFINITY);
  const farthest = farthestTypical(kept, peak, temperature, typicalP);
  return (logit) => logit >= floor && distanceTo(farthest.mean, logit, peak, temperature) <= farthest.distance;
}

/** The lowest logit that min-p, then top-k, then top-p keep; ties with it are kept too. */
export function lowestKept(logits: Float32Array, peak: number, { temperature, topK, topP, minP }: Filters): number {
  let floor = minP > 0 ? Math.fround(peak + temperature * Math.log(minP)) : Number.NEGATIVE_INFINITY;
  const limitK = topK > 0 && topK < logits.length;
  if (!limitK && topP >= 1) return floor;
  const sorted = logits.slice().sort().reverse();
  if (limitK) floor = Math.max(floor, sorted[topK - 1]!);
  if (topP >= 1) return floor;
  const weight = (logit: number) => Math.exp((logit - peak) / temperature);
  let total = 0;
  for (const logit of sorted) if (logit >= floor) total += weight(logit);
  let mass = 0;
  for (const logit of sorted) {
    mass += weight(logit);
    if (mass >= topP * total) return Math.max(floor, logit);
  }
  return floor;
}

/**
 * Locally typical sampling keeps the tokens whose surprise, -log p, is nearest to the entropy, the mean surprise. The
 * two differ by as much as the scaled logit differs from its mean.
 */
function farthestTypical(kept: Float32Array, peak: number, temperature: number, typicalP: number) {
  const scaled = Float64Array.from(kept, (logit) => (logit - peak) / temperature);
  let total = 0;
  let moment = 0;
  for (const value of scaled) {
    total += Math.exp(value);
    moment += Math.exp(value) * value;
  }
  const mean = moment / total;
  const nearest = [...kept].sort(
    (a, b) => distanceTo(mean, a, peak, temperature) - distanceTo(mean, b, peak, temperature),
  );
  let mass = 0;
  for (const logit of nearest) {
    mass += Math.exp((logit - peak) / temperature);
    if (mass >= typicalP * total) return { mean, distance: distanceTo(mean, logit, peak, temperature) };
  }
  return { mean, distance: Number.POSITIVE_INFINITY };
}

function distanceTo(mean: number, logit: number, peak: number, temperature: number): number {
  return Math.abs((logit - peak) / temperature - mean);
}
