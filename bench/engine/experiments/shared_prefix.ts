import { Random } from "../../../src/base/random.ts";
import type { SimRequest } from "../../sim/request.ts";
import { sharedPrefixWorkload } from "../../sim/workloads/shared_prefix.ts";
import { type EngineExperiment, type EngineRow, simulated } from "../experiment.ts";
import { serveBurst, simulateBurst, withEngine } from "../load.ts";

/** As in the paper: one and five examples of a translation. */
const PREFIXES = [80, 341];
const REQUESTS = 16;
const shape = (prefixCaching: boolean) => ({ numBlocks: 1024, blockSize: 8, prefixCaching });

/** Fig 16: requests that begin with the same examples, with and without the prefix cache. */
export const sharedPrefix: EngineExperiment = {
  name: "fig16",
  title: "Fig 16: shared prefix",
  async run(target) {
    const runs = [];
    for (const prefix of PREFIXES) {
      const requests = burst(prefix, target.seed);
      const serve = (prefixCaching: boolean) =>
        withEngine(target, shape(prefixCaching), async (engine) => {
          // The first run pays for what the device prepares lazily.
          await serveBurst(engine, burst(8, target.seed + 1).slice(0, 4));
          return serveBurst(engine, requests);
        });
      const [without, cached] = [await serve(false), await serve(true)];
      const [plain, shared] = [false, true].map((it) => simulateBurst(simulated(shape(it)), requests).computed);
      runs.push({ prefix, without, cached, plain: plain!, shared: shared! });
    }
    return {
      rows: runs.flatMap(({ prefix, without, cached, plain, shared }): EngineRow[] => [
        {
          measure: `computed tokens saved, prefix of ${prefix}`,
          simulated: 100 * (1 - shared / plain),
          engine: 100 * (1 - cached.computed / without.computed),
          digits: 1,
          unit: "%",
        },
        {
          measure: `requests per second over those without the cache, prefix of ${prefix}`,
          simulated: null,
          engine: without.seconds / cached.seconds,
          digits: 2,
          unit: "x",
        },
      ]),
      charts: [
        {
          kind: "bars",
          name: "engine_fig16_prefix",
          title: `Tokens computed for ${REQUESTS} requests`,
          y: "tokens",
          groups: PREFIXES.map((prefix) => `prefix of ${prefix}`),
          series: [
            { name: "no cache", values: runs.map(({ without }) => without.computed) },
            { name: "cache, simulated", values: runs.map(({ shared }) => shared) },
            { name: "cache, measured", values: runs.map(({ cached }) => cached.computed) },
          ],
        },
      ],
    };
  },
};

/** All at once: only the lengths of the workload are used, not its arrivals. */
function burst(prefix: number, seed: number): SimRequest[] {
  return sharedPrefixWorkload(prefix, REQUESTS, 4, new Random(seed)).slice(0, REQUESTS);
}
