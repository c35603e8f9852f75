import { OPT_13B_A100 } from "../../sim/cost_model.ts";
import { OrcaPolicy } from "../../sim/policies/orca.ts";
import { type EngineExperiment, type EngineRow, simulated } from "../experiment.ts";
import { MAX_SEQUENCES, serveBurst, simulateBurst, withEngine } from "../load.ts";
import { smallBurst } from "../workload.ts";

const REQUESTS = 40;
const SHAPE = { numBlocks: 160, blockSize: 8, prefixCaching: false };
/** What Orca (Max) reserves: prompt and output at their longest. */
const LONGEST = 512;

/** Fig 2 and Fig 13: what the KV memory holds, and how many requests, while others wait for it. */
export const saturation: EngineExperiment = {
  name: "fig2",
  title: "Fig 2 and 13: KV memory and requests batched at saturation",
  async run(target) {
    const requests = smallBurst(REQUESTS, target.seed);
    const slots = SHAPE.numBlocks * SHAPE.blockSize;
    const baselines = (["Max", "Pow2", "Oracle"] as const).map((kind) => {
      const policy = new OrcaPolicy(kind, {
        slots,
        maxLength: LONGEST,
        maxSequences: MAX_SEQUENCES,
        cost: OPT_13B_A100,
      });
      return { name: policy.name, simulated: simulateBurst(policy, requests), engine: null };
    });
    const engine = await withEngine(target, SHAPE, (it) => serveBurst(it, requests));
    const servers = [...baselines, { name: "Octavo", simulated: simulateBurst(simulated(SHAPE), requests), engine }];
    const rows = servers.flatMap(({ name, simulated, engine }): EngineRow[] => [
      {
        measure: `useful share of KV memory, ${name}`,
        simulated: 100 * simulated.useful,
        engine: engine && 100 * engine.useful,
        digits: 1,
        unit: "%",
      },
      {
        measure: `requests batched, ${name}`,
        simulated: simulated.batch,
        engine: engine?.batch ?? null,
        digits: 2,
        unit: "",
      },
    ]);
    return {
      rows: rows.toSorted((a, b) => b.measure.localeCompare(a.measure)),
      charts: [
        {
          kind: "bars",
          name: "engine_fig2_saturation",
          title: "KV memory in use while requests wait",
          y: "% of KV memory",
          groups: [...servers.map(({ name }) => name), "Octavo, measured"],
          series: [
            {
              name: "token states",
              values: [...servers.map(({ simulated }) => 100 * simulated.useful), 100 * engine.useful],
            },
          ],
        },
      ],
    };
  },
};
