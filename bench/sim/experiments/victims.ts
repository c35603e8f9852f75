import { Random } from "../../../src/base/random.ts";
import type { SchedulerOptions } from "../../../src/engine/scheduler.ts";
import type { Experiment, Row } from "../experiment.ts";
import { independentRequest, type SimRequest } from "../request.ts";
import { octavo } from "../setup.ts";
import { requiredTokens, simulate } from "../simulator.ts";
import { lengthSampler, SHAREGPT } from "../workloads/lengths.ts";

/** A way to choose who gives up blocks: the scheduler's options that ask for it. */
interface VictimPolicy {
  readonly name: string;
  readonly scheduler: Partial<SchedulerOptions>;
  readonly prefixCaching: boolean;
}

const VICTIM_POLICIES: readonly VictimPolicy[] = [
  { name: "last admitted", scheduler: { headroom: 0 }, prefixCaching: false },
  { name: "last admitted, prefix cache", scheduler: { headroom: 0 }, prefixCaching: true },
  { name: "last admitted, prefix cache, headroom", scheduler: {}, prefixCaching: true },
];

const SHARES = [100, 50, 25, 10];
const REQUESTS = 256;
const BLOCK_SIZE = 16;

/**
 * A burst of requests on less and less memory. 100 % is the most KV that they hold at once when nobody has to give way;
 * waste is the part of all computed tokens that had been computed before.
 */
export const victims: Experiment = {
  name: "victims",
  title: "Victim policies at less KV than needed (ShareGPT lengths, 256 requests at once)",
  run({ seed }) {
    const requests = burst(REQUESTS, seed);
    const needed = peakBlocks(requests);
    const runs = VICTIM_POLICIES.map((victim) => {
      const { scheduler, prefixCaching } = victim;
      return SHARES.map((percent) => {
        const slots = Math.ceil((needed * percent) / 100) * BLOCK_SIZE;
        const policy = octavo({ slots, blockSize: BLOCK_SIZE, prefixCaching, scheduler });
        const { computedTokens, duration } = simulate(requests, policy);
        const waste = 100 * (1 - requiredTokens(requests) / computedTokens);
        return { percent, waste, duration, preemptions: policy.scheduler.preemptions };
      });
    });
    return {
      rows: VICTIM_POLICIES.flatMap(({ name }, v) =>
        runs[v]!.flatMap(({ percent, waste, duration, preemptions }): Row[] => [
          row(`recomputed at ${percent} % of the KV needed, ${name}`, waste, 1, "%"),
          row(`time at ${percent} % over that at 100 %, ${name}`, duration / runs[v]![0]!.duration, 2, "x"),
          row(`preemptions at ${percent} %, ${name}`, preemptions, 0, ""),
        ]),
      ),
      charts: [
        {
          kind: "bars",
          name: "victims_waste",
          title: "Recomputed tokens over all computed",
          y: "%",
          groups: SHARES.map((percent) => `${percent} % of KV`),
          series: VICTIM_POLICIES.map(({ name }, v) => ({ name, values: runs[v]!.map(({ waste }) => waste) })),
        },
      ],
    };
  },
};

function row(measure: string, ours: number, digits: number, unit: Row["unit"]): Row {
  return { measure, paper: "-", ours, digits, unit };
}

function burst(count: number, seed: number): SimRequest[] {
  const random = new Random(seed);
  const prompt = lengthSampler(SHAREGPT.prompt);
  const output = lengthSampler(SHAREGPT.output);
  return Array.from({ length: count }, (_, id) => independentRequest(id, 0, prompt(random), output(random)));
}

/** The most blocks held at once with room for all. */
function peakBlocks(requests: readonly SimRequest[]): number {
  const total = requests.reduce((sum, { promptLength, outputLength }) => sum + promptLength + outputLength, 0);
  const policy = octavo({ slots: total + requests.length * BLOCK_SIZE, blockSize: BLOCK_SIZE });
  let peak = 0;
  simulate(requests, {
    name: policy.name,
    cost: policy.cost,
    get running() {
      return policy.running;
    },
    get waiting() {
      return policy.waiting;
    },
    add: (request) => policy.add(request),
    schedule: () => {
      const work = policy.schedule();
      peak = Math.max(peak, policy.kv.pool.used);
      return work;
    },
    memory: () => policy.memory(),
    complete: () => policy.complete(),
  });
  return peak;
}
