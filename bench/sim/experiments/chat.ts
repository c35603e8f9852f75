import { Random } from "../../../src/base/random.ts";
import type { Experiment, Row } from "../experiment.ts";
import { octavo, orca } from "../setup.ts";
import { latencyCurve, sustainedRate } from "../sustained_rate.ts";
import { chatWorkload } from "../workloads/chat.ts";

const SERVERS = [
  { name: "Orca (Max)", policy: () => orca("Max") },
  { name: "Orca (Pow2)", policy: () => orca("Pow2") },
  { name: "Orca (Oracle)", policy: () => orca("Oracle") },
  { name: "Octavo", policy: () => octavo() },
  { name: "Octavo, prefixes", policy: () => octavo({ prefixCaching: true }) },
];

/** Fig 17: conversations whose history is part of each prompt. The paper keeps nothing between rounds; a prefix cache does. */
export const chat: Experiment = {
  name: "fig17",
  title: "Fig 17: chat with history",
  run({ share, seed }) {
    const requests = (rate: number) => chatWorkload(rate, 1800 * share, new Random(seed));
    const series = SERVERS.map(({ name, policy }) => ({ name, points: latencyCurve(requests, policy, 0.15) }));
    const rates = series.map(({ points }) => sustainedRate(points));
    const [plain, prefixes] = rates.slice(3);
    const against = (ours: number, label: string, paper: string) =>
      SERVERS.slice(0, 3).map(
        ({ name }, i): Row => ({
          measure: `throughput at equal latency, chat${label}, against ${name}`,
          paper,
          ours: ours / rates[i]!,
          digits: 2,
          unit: "x",
        }),
      );
    return {
      rows: [...against(plain!, "", "2x"), ...against(prefixes!, " with the prefix cache", "-")],
      charts: [
        {
          kind: "lines",
          name: "fig17_chat",
          title: "Chat with up to 1024 tokens of history",
          x: "requests per second",
          y: "seconds per token",
          series,
          top: 0.5,
        },
      ],
    };
  },
};
