import { Random } from "../../../src/base/random.ts";
import { OPT_MAX_LENGTH } from "../cost_model.ts";
import type { Experiment, Outcome, Row } from "../experiment.ts";
import type { SimRequest } from "../request.ts";
import { octavo, POLICIES } from "../setup.ts";
import { latencyCurve, sustainedRate } from "../sustained_rate.ts";
import { ALPACA, SHAREGPT } from "../workloads/lengths.ts";
import { poissonWorkload } from "../workloads/poisson.ts";
import { azureWorkload, readAzure } from "../workloads/traces.ts";

interface Load {
  readonly name: string;
  readonly requests: (rate: number) => SimRequest[];
  /** A rate that even the weakest policy serves. */
  readonly from: number;
  /** Ours over FasterTransformer, Orca Max, Pow2 and Oracle. */
  readonly paper: readonly string[];
}

/** Fig 12: normalized latency against the request rate, and the rates sustained. */
export const latency: Experiment = {
  name: "fig12",
  title: "Fig 12: normalized latency against request rate",
  run({ share, seed }) {
    const loads: Load[] = [
      {
        name: "ShareGPT",
        requests: (rate) => poissonWorkload(SHAREGPT, rate, 3600 * share, new Random(seed)),
        from: 0.05,
        paper: ["up to 22x", "2.7-8x", "-", "1.7-2.7x"],
      },
      {
        name: "Alpaca",
        requests: (rate) => poissonWorkload(ALPACA, rate, 600 * share, new Random(seed)),
        from: 0.3,
        paper: ["-", "-", "-", "-"],
      },
    ];
    const azure = readAzure();
    if (azure) {
      loads.push({
        name: "Azure 2023",
        requests: (rate) => azureWorkload(azure, OPT_MAX_LENGTH, rate, 3600 * share),
        from: 0.05,
        paper: ["-", "-", "-", "-"],
      });
    }
    const outcomes = loads.map(compare);
    return {
      rows: outcomes.flatMap(({ rows }) => rows),
      charts: outcomes.flatMap(({ charts }) => charts),
      ...(azure ? {} : { skipped: "the Azure trace is not in ../shared/data/traces" }),
    };
  },
};

function compare({ name, requests, from, paper }: Load): Outcome {
  const servers = POLICIES.map((policy) => ({ name: policy().name, points: latencyCurve(requests, policy, from) }));
  const rates = servers.map(({ points }) => sustainedRate(points));
  const ours = rates.pop()!;
  // Prompts have nothing in common, so the prefix cache, which is on by default, only helps who was preempted: not at
  // low rates.
  const cached = latencyCurve(requests, () => octavo({ prefixCaching: true }), 0.7 * ours);
  const series = [...servers, { name: "Octavo, prefixes", points: cached }];
  const against = (rate: number, label: string) =>
    rates.map(
      (other, i): Row => ({
        measure: `throughput at equal latency, ${name}${label}, against ${servers[i]!.name}`,
        paper: label === "" ? paper[i]! : "-",
        ours: rate / other,
        digits: 2,
        unit: "x",
      }),
    );
  return {
    rows: [
      { measure: `rate sustained, ${name}`, paper: "-", ours, digits: 2, unit: "req/s" },
      ...against(ours, ""),
      ...against(sustainedRate(cached), " with the prefix cache").slice(-1),
    ],
    charts: [
      {
        kind: "lines",
        name: `fig12_latency_${name.toLowerCase().replace(" ", "_")}`,
        title: `Normalized latency, ${name}, OPT-13B`,
        x: "requests per second",
        y: "seconds per token",
        series,
        top: 0.5,
      },
    ],
  };
}
