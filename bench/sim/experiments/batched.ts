import { Random } from "../../../src/base/random.ts";
import type { Experiment, Row } from "../experiment.ts";
import { octavo, orca } from "../setup.ts";
import { simulate } from "../simulator.ts";
import { ALPACA, SHAREGPT } from "../workloads/lengths.ts";
import { poissonWorkload } from "../workloads/poisson.ts";

const LOADS = [
  { name: "ShareGPT", lengths: SHAREGPT, rate: 2, seconds: 3600, paper: ["7.00", "9.81", "13.62", "30.42"] },
  { name: "Alpaca", lengths: ALPACA, rate: 30, seconds: 600, paper: ["7.00", "43.24", "72.75", "132.44"] },
];

/** Fig 13: requests in a step, on average, while they arrive at the paper's rates. */
export const batched: Experiment = {
  name: "fig13",
  title: "Fig 13: requests batched",
  run({ share, seed }) {
    const measured = LOADS.map(({ lengths, rate, seconds }) => {
      const requests = poissonWorkload(lengths, rate, seconds * share, new Random(seed));
      return [orca("Max"), orca("Pow2"), orca("Oracle"), octavo()].map((policy) => ({
        name: policy.name,
        batch: simulate(requests, policy).meanBatch,
      }));
    });
    const rows = LOADS.flatMap(({ name, rate, paper }, load) =>
      measured[load]!.map(
        (policy, i): Row => ({
          measure: `requests batched, ${name} at ${rate} req/s, ${policy.name}`,
          paper: paper[i]!,
          ours: policy.batch,
          digits: 2,
          unit: "",
        }),
      ),
    );
    return {
      rows,
      charts: LOADS.map(({ name, rate, paper }, load) => ({
        kind: "bars",
        name: `fig13_batched_${name.toLowerCase()}`,
        title: `Requests batched, ${name} at ${rate} req/s`,
        y: "requests",
        groups: measured[load]!.map((policy) => policy.name),
        series: [
          { name: "paper", values: paper.map(Number) },
          { name: "ours", values: measured[load]!.map(({ batch }) => batch) },
        ],
      })),
    };
  },
};
