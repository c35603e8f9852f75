import { Random } from "../../../src/base/random.ts";
import type { Experiment } from "../experiment.ts";
import { octavo } from "../setup.ts";
import { normalizedLatency, simulate } from "../simulator.ts";
import { ALPACA, type Lengths, SHAREGPT } from "../workloads/lengths.ts";
import { poissonWorkload } from "../workloads/poisson.ts";

const BLOCK_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Rates just below the knee at 16 tokens a block. */
const LOADS: readonly { name: string; lengths: Lengths; rate: number; seconds: number; paper: string }[] = [
  { name: "ShareGPT", lengths: SHAREGPT, rate: 1.65, seconds: 3600, paper: "16-128" },
  { name: "Alpaca", lengths: ALPACA, rate: 29, seconds: 600, paper: "16, 32" },
];

/** Fig 18b: normalized latency over the block size at one rate. */
export const blockSize: Experiment = {
  name: "fig18b",
  title: "Fig 18b: block size",
  run({ share, seed }) {
    const series = LOADS.map(({ name, lengths, rate, seconds }) => {
      const requests = poissonWorkload(lengths, rate, seconds * share, new Random(seed));
      const points = BLOCK_SIZES.map((size) => {
        const latency = normalizedLatency(simulate(requests, octavo({ blockSize: size })));
        return [size, latency] as const;
      });
      return { name: `${name}, ${rate} req/s`, points };
    });
    return {
      rows: LOADS.flatMap(({ name, rate, paper }, i) => {
        const { points } = series[i]!;
        const [best] = points.reduce((a, b) => (b[1] < a[1] ? b : a));
        return [
          { measure: `best block size, ${name}`, paper, ours: best, digits: 0, unit: "tokens" },
          ...points
            .filter(([size]) => [1, 8, 16, 32, 128, 256].includes(size))
            .map(([size, latency]) => ({
              measure: `normalized latency, ${name} at ${rate} req/s, blocks of ${size}`,
              paper: "-",
              ours: latency,
              digits: 3,
              unit: "s/token" as const,
            })),
        ];
      }),
      charts: [
        {
          kind: "lines",
          name: "fig18b_block_size",
          title: "Latency over the block size",
          x: "tokens per block",
          y: "seconds per token",
          logX: true,
          series,
          top: 0.5,
        },
      ],
    };
  },
};
