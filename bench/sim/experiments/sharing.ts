import { Random } from "../../../src/base/random.ts";
import { beamSearch, parallelSampling } from "../beam_search.ts";
import type { Experiment, Row } from "../experiment.ts";
import { groupBlocks } from "../group_blocks.ts";
import { ALPACA, type Lengths, lengthSampler, SHAREGPT } from "../workloads/lengths.ts";

const WIDTHS = [2, 4, 6];

const CASES = [
  {
    load: "Alpaca",
    lengths: ALPACA,
    kind: "parallel sampling",
    branching: parallelSampling,
    paper: ["6.09 %", "8.53 %", "9.79 %"],
  },
  {
    load: "Alpaca",
    lengths: ALPACA,
    kind: "beam search",
    branching: beamSearch,
    paper: ["37.56 %", "53.13 %", "55.16 %"],
  },
  {
    load: "ShareGPT",
    lengths: SHAREGPT,
    kind: "parallel sampling",
    branching: parallelSampling,
    paper: ["16.2 %", "", "30.5 %"],
  },
  { load: "ShareGPT", lengths: SHAREGPT, kind: "beam search", branching: beamSearch, paper: ["44.3 %", "", "66.3 %"] },
];

/** Fig 15: blocks saved by sharing over the blocks there would be without, in the time average. */
export const sharing: Experiment = {
  name: "fig15",
  title: "Fig 15: memory saved by sharing",
  run({ share, seed }) {
    const saved = CASES.map(({ lengths, branching }) =>
      WIDTHS.map((width) => saving(lengths, width, branching, Math.ceil(200 * share), seed)),
    );
    const rows = CASES.flatMap(({ load, kind, paper }, c) =>
      WIDTHS.map(
        (width, w): Row => ({
          measure: `saved by sharing, ${load}, ${kind} of ${width}`,
          paper: paper[w] || "-",
          ours: saved[c]![w]!,
          digits: 1,
          unit: "%",
        }),
      ),
    );
    return {
      rows,
      charts: [
        {
          kind: "bars",
          name: "fig15_sharing",
          title: "Memory saved by sharing blocks",
          y: "% of blocks",
          groups: WIDTHS.map((width) => `${width} sequences`),
          series: CASES.map(({ load, kind }, c) => ({ name: `${load}, ${kind.split(" ")[0]}`, values: saved[c]! })),
        },
      ],
    };
  },
};

function saving(lengths: Lengths, width: number, branching: typeof beamSearch, requests: number, seed: number): number {
  const random = new Random(seed);
  const prompt = lengthSampler(lengths.prompt);
  const output = lengthSampler(lengths.output);
  let held = 0;
  let unshared = 0;
  for (let i = 0; i < requests; i++) {
    const blocks = groupBlocks(prompt(random), output(random), 16, width, branching(width, new Random(seed + i)));
    held += blocks.held;
    unshared += blocks.unshared;
  }
  return 100 * (1 - held / unshared);
}
