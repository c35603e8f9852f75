import { deepStrictEqual } from "node:assert";
import { requiredTokens } from "../../sim/simulator.ts";
import { type EngineExperiment, type EngineRow, simulated } from "../experiment.ts";
import { serveBurst, simulateBurst, withEngine } from "../load.ts";
import { smallBurst } from "../workload.ts";

const REQUESTS = 24;
const BLOCK_SIZE = 8;
const SHARES = [100, 30, 20];

/** Less and less KV memory: what is computed again, and that every request gets the same tokens all the same. */
export const preemption: EngineExperiment = {
  name: "victims",
  title: `Preemption on less KV than ${REQUESTS} requests need at their ends`,
  async run(target) {
    const requests = smallBurst(REQUESTS, target.seed);
    const blocks = (length: number) => Math.ceil(length / BLOCK_SIZE);
    const needed = requests.reduce(
      (sum, { promptLength, outputLength }) => sum + blocks(promptLength + outputLength),
      0,
    );
    const waste = (computed: number) => 100 * (1 - requiredTokens(requests) / computed);
    const runs = [];
    for (const percent of SHARES) {
      const shape = { numBlocks: Math.ceil((needed * percent) / 100), blockSize: BLOCK_SIZE, prefixCaching: true };
      const engine = await withEngine(target, shape, (it) => serveBurst(it, requests));
      runs.push({ percent, engine, simulated: simulateBurst(simulated(shape), requests) });
    }
    const [enough] = runs;
    for (const { engine } of runs) deepStrictEqual(engine.outputs, enough!.engine.outputs);
    return {
      rows: runs.flatMap(({ percent, engine, simulated }): EngineRow[] => [
        {
          measure: `recomputed at ${percent} % of the KV`,
          simulated: waste(simulated.computed),
          engine: waste(engine.computed),
          digits: 1,
          unit: "%",
        },
        {
          measure: `preemptions at ${percent} %`,
          simulated: simulated.preemptions,
          engine: engine.preemptions,
          digits: 0,
          unit: "",
        },
        {
          measure: `time at ${percent} % over that at 100 %`,
          simulated: null,
          engine: engine.seconds / enough!.engine.seconds,
          digits: 2,
          unit: "x",
        },
      ]),
      charts: [
        {
          kind: "bars",
          name: "engine_victims",
          title: "Recomputed tokens over all computed",
          y: "%",
          groups: SHARES.map((percent) => `${percent} % of KV`),
          series: [
            { name: "simulated", values: runs.map(({ simulated }) => waste(simulated.computed)) },
            { name: "measured", values: runs.map(({ engine }) => waste(engine.computed)) },
          ],
        },
      ],
    };
  },
};
