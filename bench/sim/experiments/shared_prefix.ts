import { Random } from "../../../src/base/random.ts";
import type { Experiment } from "../experiment.ts";
import { octavo, orca } from "../setup.ts";
import { latencyCurve, sustainedRate } from "../sustained_rate.ts";
import { sharedPrefixWorkload } from "../workloads/shared_prefix.ts";

/** One and five examples of a translation. */
const PREFIXES = [
  { tokens: 80, paper: "1.67x" },
  { tokens: 341, paper: "3.58x" },
];

/** Fig 16: translation with a prefix that all requests share. LLaMA-13B in the paper, which costs what OPT-13B does. */
export const sharedPrefix: Experiment = {
  name: "fig16",
  title: "Fig 16: shared prefix",
  run({ share, seed }) {
    const runs = PREFIXES.map(({ tokens }) => {
      const requests = (rate: number) => sharedPrefixWorkload(tokens, rate, 300 * share, new Random(seed));
      return [() => orca("Oracle"), () => octavo({ prefixCaching: true })].map((policy) => ({
        name: policy().name,
        points: latencyCurve(requests, policy, 4),
      }));
    });
    return {
      rows: PREFIXES.map(({ tokens, paper }, i) => {
        const [oracle, ours] = runs[i]!.map(({ points }) => sustainedRate(points));
        return {
          measure: `throughput at equal latency, prefix of ${tokens} tokens, against Orca (Oracle)`,
          paper,
          ours: ours! / oracle!,
          digits: 2,
          unit: "x",
        };
      }),
      charts: PREFIXES.map(({ tokens }, i) => ({
        kind: "lines",
        name: `fig16_prefix_${tokens}`,
        title: `Translation, shared prefix of ${tokens} tokens`,
        x: "requests per second",
        y: "seconds per token",
        series: runs[i]!,
        top: 0.5,
      })),
    };
  },
};
