import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { collect, makeRequest } from "../engine/harness.ts";
import { type DeviceKind, deviceKinds, engineOn } from "./devices.ts";

/** One whose head is its embedding table, one whose head is not, and one with learned positions. */
const MODELS = ["llama-hd16", "llama-hd64", "opt-hd16"];
const PROMPTS = [[5, 9, 33, 7], [4], Array.from({ length: 70 }, (_, i) => 3 + ((i * 7) % 50))];

/** Tokens and log-probabilities of every prompt, all requests at once. */
async function answers(kind: DeviceKind, model: string, flags: Record<string, string>, prompts = PROMPTS) {
  const { engine, weightBytes, runner } = await engineOn(kind, join(import.meta.dir, "../golden", model), flags);
  const { signal } = new AbortController();
  const outputs = await Promise.all(
    prompts.map(async (prompt, i) => {
      const request = makeRequest(`request ${i}`, prompt, { maxTokens: 8, ignoreEos: true });
      const events = await collect(engine.submit({ ...request, topLogprobs: 0 }, signal)[0]!);
      return events.map(({ tokenId, logprobs }) => [tokenId, logprobs!.logprob] as const);
    }),
  );
  await engine.close();
  return { outputs, weightBytes, fingerprint: runner.fingerprint };
}

/** Answers to all prompts at once, which are those to each alone, and to prompts cut into chunks. */
async function expectSameBits(kind: DeviceKind, model: string, flags: Record<string, string>) {
  const crowd = await answers(kind, model, flags);
  const chunked = await answers(kind, model, { ...flags, longPrefillTokenThreshold: "7" });
  expect(chunked.outputs).toEqual(crowd.outputs);
  for (const [i, prompt] of PROMPTS.entries()) {
    const alone = await answers(kind, model, flags, [prompt]);
    expect(alone.outputs[0]).toEqual(crowd.outputs[i]!);
  }
  return crowd;
}

for (const kind of deviceKinds) {
  describe(`quantised weights on ${kind}`, () => {
    for (const quantization of ["int8", "int4", "w8a8"]) {
      test(`${quantization}: the same bits alone, in a crowd and in chunks`, async () => {
        for (const model of MODELS) await expectSameBits(kind, model, { quantization });
      }, 240_000);
    }

    for (const quantization of ["int4", "w8a8"]) {
      test(`${quantization} and a KV cache in int8: the same`, async () => {
        const both = { quantization, kvCacheDtype: "int8" };
        const crowd = await expectSameBits(kind, "llama-hd64", both);
        const weightsAlone = await answers(kind, "llama-hd64", { quantization });
        expect(crowd.fingerprint).not.toBe(weightsAlone.fingerprint);
        const [[, logprob], [, other]] = [crowd.outputs[2]![0]!, weightsAlone.outputs[2]![0]!];
        expect(Math.abs(logprob - other)).toBeGreaterThan(0);
        expect(Math.abs(logprob - other)).toBeLessThan(0.1);
      }, 120_000);
    }

    test("takes fewer bytes and changes the answers a little, and the name of the cache", async () => {
      const [none, int8, int4, w8a8] = await Promise.all(
        ["none", "int8", "int4", "w8a8"].map((quantization) =>
          answers(kind, "llama-hd64", { quantization, kvCacheDtype: "f32", dtype: "f32" }),
        ),
      );
      expect(int8!.weightBytes).toBeLessThan(none!.weightBytes * 0.6);
      expect(int4!.weightBytes).toBeLessThan(int8!.weightBytes);
      expect(w8a8!.weightBytes).toBe(int8!.weightBytes);
      expect(new Set([none, int8, int4, w8a8].map((it) => it!.fingerprint)).size).toBe(4);
      const firstLogprob = (it: typeof none) => it!.outputs[0]![0]![1];
      for (const one of [int8, w8a8]) {
        const error = Math.abs(firstLogprob(one) - firstLogprob(none));
        expect(error).toBeGreaterThan(0);
        expect(error).toBeLessThan(0.1);
      }
      expect(firstLogprob(w8a8)).not.toBe(firstLogprob(int8));
    }, 120_000);
  });
}
