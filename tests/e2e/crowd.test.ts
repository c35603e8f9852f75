import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import type { GenerationRequest } from "../../src/contracts/generation.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { collect, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";
import { trainedModel } from "./goldens.ts";

const model = trainedModel("stories260K");
/** The long run: OCTAVO_CROWD_SEEDS=20 OCTAVO_CROWD_REQUESTS=200. */
const SEEDS = Number(process.env.OCTAVO_CROWD_SEEDS ?? 1);
const REQUESTS = Number(process.env.OCTAVO_CROWD_REQUESTS ?? 64);

interface Client {
  readonly request: GenerationRequest;
  /** Leaves after so many tokens of its first continuation; null: stays. */
  readonly leavesAfter: number | null;
}

/** Samples, several of them, and beams; priorities, salts, shared beginnings, and clients that leave. */
function mixedClient(random: Random, i: number): Client {
  const shared = [1, ...Array.from({ length: 40 }, (_, k) => 3 + ((k * 29) % 500))];
  const begin = random.pick([[1], shared.slice(0, 20), shared]);
  const prompt = [...begin, ...Array.from({ length: random.integer(0, 15) }, () => random.integer(3, 511))];
  const sampled = random.pick([{}, { temperature: 1, topP: 0.95 }, { temperature: 0.7, topK: 20 }]);
  const request = makeRequest(String(i), prompt, {
    maxTokens: random.integer(1, 64),
    seed: BigInt(random.integer(0, 2 ** 31)),
    stopTokenIds: random.pick([[], [426, 429]]),
    ...sampled,
  });
  const branches = random.pick([1, 1, 1, 2, 4]);
  const width = Math.max(2, branches);
  const beam = random.next() < 0.15 ? { width, lengthPenalty: 1, earlyStopping: random.pick([true, false]) } : null;
  return {
    request: {
      ...request,
      branches,
      beam,
      priority: random.integer(0, 2),
      cacheSalt: random.pick(["", "", "tenant"]),
      topLogprobs: random.pick([-1, -1, 2]),
    },
    leavesAfter: beam === null && random.next() < 0.2 ? random.integer(0, 10) : null,
  };
}

async function ask(engine: Engine, { request, leavesAfter }: Client): Promise<number[][]> {
  const controller = new AbortController();
  const outputs = engine.submit(request, controller.signal);
  if (leavesAfter === 0) controller.abort();
  return Promise.all(
    outputs.map(async (output, k) => {
      const tokens: number[] = [];
      for await (const { tokenId } of output) if (tokens.push(tokenId) === leavesAfter && k === 0) controller.abort();
      return tokens;
    }),
  );
}

for (const kind of model ? deviceKinds : []) {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`${REQUESTS} requests of mixed kinds on 45 blocks of 8 get the tokens they get alone, on ${kind}, seed ${seed}`, async () => {
      const random = new Random(seed);
      const clients = Array.from({ length: REQUESTS }, (_, i) => mixedClient(random, i));
      const flags = { blockSize: "8", maxModelLen: "128" };
      const quiet = await engineOn(kind, model!.directory, { ...flags, numGpuBlocksOverride: "1000" });
      const alone: number[][][] = [];
      for (const { request } of clients) {
        const outputs = quiet.engine.submit(request, new AbortController().signal);
        const events = await Promise.all(outputs.map(collect));
        alone.push(events.map((output) => output.map(({ tokenId }) => tokenId)));
      }
      await quiet.engine.close();

      const crowded = await engineOn(kind, model!.directory, {
        ...flags,
        numGpuBlocksOverride: "45",
        schedulingPolicy: random.pick(["fcfs", "priority"]),
        preemptionMode: random.pick(["swap", "recompute", "auto"]),
        maxNumBatchedTokens: random.pick(["64", "256"]),
      });
      const together = await Promise.all(clients.map((client) => ask(crowded.engine, client)));
      for (const [i, { leavesAfter }] of clients.entries()) {
        for (const [k, tokens] of together[i]!.entries()) {
          const whole = alone[i]![k]!;
          expect(tokens).toEqual(leavesAfter === null ? whole : whole.slice(0, tokens.length));
        }
      }
      expect(crowded.engine.stats()).toMatchObject({ running: 0, waiting: 0 });
      expect(crowded.engine.stats().preemptions).toBeGreaterThan(0);
      expect(crowded.engine.kvState()).toMatchObject({ used: 0, free: 45 });
      crowded.engine.checkIntegrity();
      await crowded.engine.close();
    }, 600_000);
  }
}
