import { buildEngine, openDevice } from "../../src/build.ts";
import { bundledModel } from "../../src/cli/bundled_model.ts";
import { parseServeConfig } from "../../src/config.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { greedyRequest } from "../lib/greedy_request.ts";
import { mean } from "../lib/statistics.ts";
import type { OctavoPolicy } from "../sim/policies/octavo.ts";
import type { Policy } from "../sim/policy.ts";
import type { SimRequest } from "../sim/request.ts";

/** What the experiments on the real engine run on. */
export interface Target {
  readonly device: string;
  /** A model's directory; the bundled one where undefined. */
  readonly model: string | undefined;
  readonly seed: number;
}

/** Memory and batching of one experiment, for the engine and for the simulation beside it. */
export interface Shape {
  readonly numBlocks: number;
  readonly blockSize: number;
  readonly prefixCaching: boolean;
  /** Sequences running at once; 64 where undefined. */
  readonly maxSequences?: number;
}

/** What a burst of requests does to a server. */
export interface BurstResult {
  /** Token slots in use over all, averaged over the steps in which requests had to wait; NaN where none had to. */
  readonly useful: number;
  /** Requests running, averaged over the same steps. */
  readonly batch: number;
  /** Tokens computed, recomputed ones included. */
  readonly computed: number;
  readonly preemptions: number;
}

/** What only a real engine has. */
export interface ServedBurst extends BurstResult {
  readonly seconds: number;
  /** Milliseconds from arrival to the first token, by request. */
  readonly timeToFirstToken: readonly number[];
  readonly cachedTokens: readonly number[];
  /** Token ids, by request. */
  readonly outputs: readonly (readonly number[])[];
}

export const MAX_SEQUENCES = 64;

/** Runs `use` with an engine of this shape, and closes it. */
export async function withEngine<T>(
  { device: name, model }: Target,
  { numBlocks, blockSize, prefixCaching, maxSequences = MAX_SEQUENCES }: Shape,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const flags = {
    device: name,
    blockSize: String(blockSize),
    numGpuBlocksOverride: String(numBlocks),
    enablePrefixCaching: String(prefixCaching),
    maxNumSeqs: String(maxSequences),
    preemptionMode: "recompute",
  };
  const config = parseServeConfig(flags, {});
  const device = await openDevice(config);
  const { engine } = await buildEngine(model ?? (await bundledModel()), device, config);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** Submits all requests at the same moment, so that the schedule hangs on no clock, and serves them to the end. */
export async function serveBurst(engine: Engine, requests: readonly SimRequest[]): Promise<ServedBurst> {
  const before = engine.stats();
  const slots = engine.numBlocks * engine.blockSize;
  const useful: number[] = [];
  const batch: number[] = [];
  let watching = true;
  engine.onStep(() => {
    if (!watching || engine.stats().waiting === 0) return;
    const { running } = engine.kvState();
    // What the step has just written counts; a sequence has no more slots than tokens to put there.
    const stored = running.map(({ tokens, blocks }) => Math.min(tokens, blocks.length * engine.blockSize));
    useful.push(stored.reduce((sum, count) => sum + count, 0) / slots);
    batch.push(running.length);
  });
  const start = performance.now();
  const served = await Promise.all(requests.map((request) => serve(engine, request)));
  const seconds = (performance.now() - start) / 1000;
  watching = false;
  const after = engine.stats();
  return {
    useful: mean(useful),
    batch: mean(batch),
    computed: after.scheduledTokens - before.scheduledTokens,
    preemptions: after.preemptions - before.preemptions,
    seconds,
    timeToFirstToken: served.map(({ firstToken }) => firstToken),
    cachedTokens: served.map(({ cached }) => cached),
    outputs: served.map(({ tokenIds }) => tokenIds),
  };
}

async function serve(engine: Engine, request: SimRequest) {
  const promptIds = request.prompt().map((token) => token % engine.vocabSize);
  const [events] = engine.submit(
    greedyRequest(`request-${request.id}`, promptIds, request.outputLength),
    new AbortController().signal,
  );
  const start = performance.now();
  const tokenIds: number[] = [];
  let firstToken = 0;
  let cached = 0;
  for await (const { tokenId, cachedTokens } of events!) {
    if (tokenIds.length === 0) firstToken = performance.now() - start;
    cached = cachedTokens;
    tokenIds.push(tokenId);
  }
  return { tokenIds, firstToken, cached };
}

/** The same burst on a policy of the simulator. */
export function simulateBurst(policy: Policy, requests: readonly SimRequest[]): BurstResult {
  const useful: number[] = [];
  const batch: number[] = [];
  let computed = 0;
  const preemptionsBefore = preemptionsOf(policy);
  for (const request of requests) policy.add(request);
  for (let work = policy.schedule(); work !== null; work = policy.schedule()) {
    computed += work.prefillTokens + work.decodes;
    if (policy.waiting > 0) {
      const { stored, reserved, internal, other } = policy.memory();
      useful.push(stored / (stored + reserved + internal + other));
      batch.push(policy.running);
    }
    policy.complete();
  }
  const preemptions = preemptionsOf(policy) - preemptionsBefore;
  return { useful: mean(useful), batch: mean(batch), computed, preemptions };
}

function preemptionsOf(policy: Policy): number {
  return (policy as Partial<OctavoPolicy>).scheduler?.preemptions ?? 0;
}
