import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { GenerationRequest, TokenEvent } from "../../src/contracts/generation.ts";
import { collect, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";

const MODEL = join(import.meta.dir, "../golden/llama-hd64");
const PROMPT = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9, 32, 38, 4, 6, 26, 43, 3, 8, 32];
const params = { maxTokens: 12, ignoreEos: true };

async function run(kind: (typeof deviceKinds)[number], flags: Record<string, string>, requests: GenerationRequest[]) {
  const { engine } = await engineOn(kind, MODEL, { maxModelLen: "80", ...flags });
  const { signal } = new AbortController();
  const outputs = await Promise.all(requests.map((request) => collect(engine.submit(request, signal)[0]!)));
  const { prefixHitTokens } = engine.stats();
  await engine.close();
  return { outputs, prefixHitTokens };
}

const answers = (outputs: readonly TokenEvent[][]) =>
  outputs.map((events) => events.map(({ tokenId, logprobs, promptLogprobs }) => [tokenId, logprobs, promptLogprobs]));

for (const kind of deviceKinds) {
  describe(`log-probabilities of a prompt on ${kind}`, async () => {
    const generated = await run(kind, {}, [{ ...makeRequest("a", PROMPT, params), topLogprobs: 5 }]);
    const said = generated.outputs[0]!;
    const whole = [...PROMPT, ...said.map(({ tokenId }) => tokenId)];
    const scored = (id: string, count: number) => ({ ...makeRequest(id, whole, params), promptLogprobs: count });

    test("are the bits that generation told of the same tokens", async () => {
      const { outputs } = await run(kind, {}, [scored("a", 5)]);
      const [first, ...others] = outputs[0]!;
      expect(first!.promptLogprobs!.length).toBe(whole.length - 1);
      expect(first!.promptLogprobs!.slice(PROMPT.length - 1)).toEqual(said.map(({ logprobs }) => logprobs!));
      for (const event of others) expect(event.promptLogprobs).toBeUndefined();
    });

    test("are the same in chunks, in several passes, in a crowd and preempted", async () => {
      const crowd = [...[0, 3, 20].map((count) => scored(`s${count}`, count)), makeRequest("plain", whole, params)];
      const alone = await Promise.all(crowd.map((request) => run(kind, {}, [request])));
      const expected = answers(alone.flatMap(({ outputs }) => outputs));
      const ways = [
        { maxNumSeqs: "4" },
        { maxNumSeqs: "4", longPrefillTokenThreshold: "7" },
        { maxNumSeqs: "1", maxNumBatchedTokens: "3" },
        { blockSize: "8", numGpuBlocksOverride: "14" },
      ];
      for (const flags of ways) {
        const { outputs } = await run(kind, flags, crowd);
        expect(answers(outputs)).toEqual(expected);
      }
    }, 240_000);

    test("do not read the prefix cache, but fill it", async () => {
      const { engine } = await engineOn(kind, MODEL, { maxModelLen: "80", blockSize: "8" });
      const { signal } = new AbortController();
      const cached: number[] = [];
      for (const request of [scored("a", 1), scored("b", 1), makeRequest("c", whole, params)]) {
        cached.push((await collect(engine.submit(request, signal)[0]!))[0]!.cachedTokens);
      }
      expect(cached).toEqual([0, 0, whole.length - 1]);
      await engine.close();
    });
  });
}
