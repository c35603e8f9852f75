import type { Random } from "../../src/base/random.ts";

/**
 * Names, for each of `width` next sequences, the one of the present `width` that it continues; one that nobody continues
 * is dropped.
 */
export type Branching = (width: number, random: Random) => () => readonly number[];

/** n independent samples: each goes on with itself. */
export const parallelSampling: Branching = (width) => {
  const same = Array.from({ length: width }, (_, i) => i);
  return () => same;
};

/**
 * Beam search over a language model made of chance: a beam's next tokens get their probabilities by breaking a stick of
 * length 1 at uniform places (a Dirichlet process of concentration 1: the likeliest token has 0.62 on average). The
 * `width` best of all continuations survive.
 */
export const beamSearch: Branching = (width, random) => {
  let scores = [0];
  const step = () => {
    const candidates = scores.flatMap((score, parent) => {
      let rest = 1;
      return Array.from({ length: 2 * width }, () => {
        const piece = rest * random.next();
        rest -= piece;
        return { parent, score: score + Math.log(piece) };
      });
    });
    const best = candidates.toSorted((a, b) => b.score - a.score).slice(0, width);
    scores = best.map(({ score }) => score);
    return best.map(({ parent }) => parent);
  };
  // The first beams all continue the prompt; a caller need not be told.
  step();
  return step;
};
