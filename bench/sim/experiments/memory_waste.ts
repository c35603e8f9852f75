import { Random } from "../../../src/base/random.ts";
import type { Experiment } from "../experiment.ts";
import { octavo, orca } from "../setup.ts";
import { requiredTokens, simulate } from "../simulator.ts";
import { SHAREGPT } from "../workloads/lengths.ts";
import { poissonWorkload } from "../workloads/poisson.ts";

/** Beyond what any of them sustains, so that the memory is always wanted. */
const RATE = 2.5;

const PAPER = ["20.4 %", "~27 %", "38.2 %", "96.3 %"];

/** Fig 2: what the KV memory holds while requests wait for it. */
export const memoryWaste: Experiment = {
  name: "fig2",
  title: "Fig 2: memory waste (ShareGPT, saturated)",
  run({ share, seed }) {
    const requests = poissonWorkload(SHAREGPT, RATE, 3600 * share, new Random(seed));
    const policies = [orca("Max"), orca("Pow2"), orca("Oracle"), octavo()];
    const results = policies.map((policy) => simulate(requests, policy));
    const recomputed = 100 * (1 - requiredTokens(requests) / results.at(-1)!.computedTokens);
    const uses = results.map(({ memory }, i) => {
      if (!memory) throw new Error(`${policies[i]!.name} is never saturated at ${RATE} requests per second`);
      const total = memory.stored + memory.reserved + memory.internal + memory.other;
      const percent = (slots: number) => (100 * slots) / total;
      return {
        stored: percent(memory.stored),
        reserved: percent(memory.reserved),
        internal: percent(memory.internal),
        other: percent(memory.other),
      };
    });
    const series = [
      { name: "token states", values: uses.map(({ stored }) => stored) },
      { name: "reserved", values: uses.map(({ reserved }) => reserved) },
      { name: "internal fragm.", values: uses.map(({ internal }) => internal) },
      { name: "external and other", values: uses.map(({ other }) => other) },
    ];
    return {
      rows: [
        ...policies.map(({ name }, i) => ({
          measure: `useful share of KV memory, ${name}`,
          paper: PAPER[i]!,
          ours: uses[i]!.stored,
          digits: 1,
          unit: "%" as const,
        })),
        { measure: "recomputed over all computed tokens, Octavo", paper: "-", ours: recomputed, digits: 1, unit: "%" },
      ],
      charts: [
        {
          kind: "bars",
          name: "fig2_memory_waste",
          title: "KV memory while requests wait",
          y: "% of KV memory",
          groups: policies.map(({ name }) => name),
          series,
          stacked: true,
        },
      ],
    };
  },
};
