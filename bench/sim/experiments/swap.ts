import type { Experiment } from "../experiment.ts";
import { OPT_13B_SWAP, recomputeSeconds, swapSeconds } from "../swap_cost.ts";

const BLOCK_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Tokens of the preempted sequence. */
const TOKENS = 256;

const PAPER: Readonly<Record<number, string>> = {
  16: "comparable",
  32: "comparable",
  64: "comparable",
  256: "at most 1.2x",
};

/** Fig 19: bringing a sequence back by copying it out and in, or by computing it again. From the cost model alone. */
export const swap: Experiment = {
  name: "fig19",
  title: "Fig 19: recompute against swap (cost model)",
  run() {
    const once = BLOCK_SIZES.map((size) => [size, 1000 * swapSeconds(OPT_13B_SWAP, TOKENS, size)] as const);
    const recompute = 1000 * recomputeSeconds(TOKENS);
    return {
      rows: BLOCK_SIZES.map((size, i) => ({
        measure: `recompute over swap out and in, ${TOKENS} tokens, blocks of ${size}`,
        paper: PAPER[size] ?? (size < 16 ? "below 1x" : "-"),
        ours: recompute / (2 * once[i]![1]),
        digits: 2,
        unit: "x",
      })),
      charts: [
        {
          kind: "lines",
          name: "fig19_swap",
          title: `Bringing back ${TOKENS} tokens`,
          x: "tokens per block",
          y: "milliseconds",
          logX: true,
          series: [
            { name: "recompute", points: BLOCK_SIZES.map((size) => [size, recompute] as const) },
            { name: "swap in", points: once },
            { name: "swap in + out", points: once.map(([size, ms]) => [size, 2 * ms] as const) },
          ],
        },
      ],
    };
  },
};
