import { describe, expect, test } from "bun:test";
import { cp, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deviceKinds, engineOn } from "../e2e/devices.ts";
import { stepOf } from "./steps.ts";

const MODEL = join(import.meta.dir, "../golden/llama-hd64");
const SETTINGS = { blockSize: "16", kvCacheDtype: "f32", dtype: "f32" };
const PROMPT = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9, 32, 38, 4, 6, 26, 43, 3, 8, 32];

/** Log-softmax in f64. */
function logSoftmax(logits: Float32Array): number[] {
  const peak = Math.max(...logits);
  const normaliser = peak + Math.log([...logits].reduce((sum, logit) => sum + Math.exp(logit - peak), 0));
  return [...logits].map((logit) => logit - normaliser);
}

for (const kind of deviceKinds) {
  describe(`the model runner on ${kind}`, () => {
    test("answers the log-probabilities of its logits, and none where nobody asks", async () => {
      const { runner, engine } = await engineOn(kind, MODEL, SETTINGS);
      const silent = await runner.step(stepOf(runner.limits, { tokens: PROMPT, blocks: [1, 2] }));
      expect(silent.logprobs).toBeNull();
      const asked = { tokens: PROMPT, blocks: [2, 1], seeds: [1, 2], temperature: 1, topLogprobs: 20 };
      const { tokenIds, logprobs } = await runner.step(stepOf(runner.limits, asked));
      const expected = logSoftmax((await runner.readLogits(1)).slice());
      const order = [...expected.keys()].sort((a, b) => expected[b]! - expected[a]!);
      expect(logprobs!.count).toBe(20);
      expect(order[0]).toBe(silent.tokenIds[0]!);
      for (let sample = 0; sample < 2; sample++) {
        expect([...logprobs!.topIds.subarray(sample * 20, (sample + 1) * 20)]).toEqual(order.slice(0, 20));
        for (let i = 0; i < 20; i++) {
          expect(logprobs!.topLogprobs[sample * 20 + i]).toBeCloseTo(expected[order[i]!]!, 5);
        }
        expect(logprobs!.chosen[sample]).toBeCloseTo(expected[tokenIds[sample]!]!, 5);
        expect(logprobs!.ranks[sample]).toBe(order.indexOf(tokenIds[sample]!) + 1);
      }
      await engine.close();
    });

    test("never names more tokens than there are", async () => {
      const { runner, engine } = await engineOn(kind, MODEL, SETTINGS);
      const { vocabSize } = runner.limits;
      const { logprobs } = await runner.step(stepOf(runner.limits, { tokens: [5], blocks: [1], topLogprobs: 64 }));
      expect(logprobs!.count).toBe(Math.min(64, vocabSize));
      expect(new Set(logprobs!.topIds).size).toBe(logprobs!.count);
      await engine.close();
    });

    test("samples a row once for each seed, as alone", async () => {
      const { runner, engine } = await engineOn(kind, MODEL, SETTINGS);
      const seeds = Array.from({ length: 24 }, (_, i) => i + 1);
      const request = { tokens: PROMPT, blocks: [1, 2], temperature: 2 };
      const { tokenIds } = await runner.step(stepOf(runner.limits, { ...request, seeds }));
      const together = [...tokenIds];
      expect(new Set(together).size).toBeGreaterThan(5);
      for (const [i, seed] of seeds.slice(0, 6).entries()) {
        const { tokenIds } = await runner.step(stepOf(runner.limits, { ...request, seeds: [seed] }));
        expect(tokenIds[0]).toBe(together[i]!);
      }
      await engine.close();
    });

    for (const kvCacheDtype of ["f32", "f16", "int8"]) {
      test(`goes on with the same bits from blocks that left and came back elsewhere, KV in ${kvCacheDtype}`, async () => {
        const { runner, engine } = await engineOn(kind, MODEL, { ...SETTINGS, kvCacheDtype });
        const decode = async (blocks: number[]) => {
          await runner.step(stepOf(runner.limits, { tokens: [11], start: PROMPT.length, blocks }));
          return new Uint32Array((await runner.readLogits(1)).buffer.slice(0));
        };
        await runner.step(stepOf(runner.limits, { tokens: PROMPT, blocks: [3, 1] }));
        const kept = await runner.readBlocks([3, 1]);
        expect(kept.length).toBe(2 * runner.blockBytes);
        const expected = await decode([3, 1]);

        runner.writeBlocks([1, 3], new Uint8Array(2 * runner.blockBytes).fill(0x3a));
        expect(await decode([3, 1])).not.toEqual(expected);
        runner.writeBlocks([7, 2], kept);
        expect(await decode([7, 2])).toEqual(expected);
        // Byte for byte, but for the slot that decoding wrote.
        expect((await runner.readBlocks([7])).slice()).toEqual(kept.slice(0, runner.blockBytes));
        await engine.close();
      });
    }
  });
}

describe("a runner's fingerprint", () => {
  const fingerprintOf = async (directory: string, flags: Record<string, string> = {}) => {
    const { runner, engine } = await engineOn("reference", directory, { ...SETTINGS, ...flags });
    await engine.close();
    return runner.fingerprint;
  };

  test("is the same for the same model, however many blocks there are", async () => {
    const plain = await fingerprintOf(MODEL);
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprintOf(MODEL, { kvCacheMemory: "2M", maxNumSeqs: "3" })).toBe(plain);
  });

  test("differs with the KV dtype, the block size, the dtype of the weights and one bit of a weight", async () => {
    const directory = await mkdtemp(join(tmpdir(), "octavo-fingerprint-"));
    const copy = join(directory, "model");
    await cp(join(import.meta.dir, "../golden/llama-hd16"), copy, { recursive: true });
    const before = await fingerprintOf(copy);
    const others = [
      await fingerprintOf(copy, { kvCacheDtype: "f16" }),
      await fingerprintOf(copy, { blockSize: "8" }),
      await fingerprintOf(copy, { dtype: "bf16" }),
    ];
    await flipLastBit(join(copy, "model.safetensors"));
    others.push(await fingerprintOf(copy));
    expect(new Set([before, ...others]).size).toBe(5);
    await rm(directory, { recursive: true });
  });
});

async function flipLastBit(path: string): Promise<void> {
  const file = await open(path, "r+");
  const last = (await file.stat()).size - 1;
  const byte = new Uint8Array(1);
  await file.read(byte, 0, 1, last);
  byte[0]! ^= 1;
  await file.write(byte, 0, 1, last);
  await file.close();
}
