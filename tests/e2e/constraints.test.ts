import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { EngineError } from "../../src/contracts/generation.ts";
import { collect, generate, generateAll, makeRequest } from "../engine/harness.ts";
import { deviceKinds, engineOn } from "./devices.ts";

const MODEL = join(import.meta.dir, "../golden/llama-hd64");
const PROMPT = [3, 14, 15, 9, 26, 5, 35, 8];
const hot = { temperature: 2, ignoreEos: true, maxTokens: 40, seed: 4n };

for (const kind of deviceKinds) {
  describe(`constraints on what is chosen, on ${kind}`, async () => {
    const { engine } = await engineOn(kind, MODEL, { maxModelLen: "80" });

    test("allowed_token_ids: nothing else, and all of them", async () => {
      const allowed = [7, 31, 32, 33];
      const tokens = await generate(engine, makeRequest("a", PROMPT, { ...hot, allowedTokenIds: allowed }));
      expect([...new Set(tokens)].sort((a, b) => a - b)).toEqual(allowed);
    });

    test("bad_words: no sequence of them ever appears", async () => {
      const params = {
        ...hot,
        allowedTokenIds: [7, 8, 9],
        badWords: [
          [7, 7],
          [8, 9, 8],
          [9, 9, 9],
        ],
      };
      const text = `,${await generate(engine, makeRequest("b", PROMPT, params))},`;
      for (const word of params.badWords) expect(text).not.toContain(`,${word},`);
      for (const word of ["7", "8,8", "8,9", "9,9"]) expect(text).toContain(`,${word},`);
    });

    test("min_tokens: what would end the answer is not chosen before", async () => {
      const [first] = await generate(engine, makeRequest("c", PROMPT, { maxTokens: 1, ignoreEos: true }));
      const stop = { ignoreEos: true, maxTokens: 9, stopTokenIds: [first!] };
      expect(await generate(engine, makeRequest("d", PROMPT, stop))).toEqual([first!]);
      const later = await generate(engine, makeRequest("e", PROMPT, { ...stop, minTokens: 5 }));
      expect(later.length).toBeGreaterThanOrEqual(5);
      expect(later.slice(0, 5)).not.toContain(first!);
    });

    test("logit_bias: enough of it decides", async () => {
      const bias = { ...hot, maxTokens: 6, logitBias: new Map([[40, 100]]) };
      expect(await generate(engine, makeRequest("f", PROMPT, bias))).toEqual(Array(6).fill(40));
    });

    test("presence_penalty: with enough of it no token comes twice; repetition_penalty keeps off the prompt's too", async () => {
      const once = await generate(engine, makeRequest("g", PROMPT, { ...hot, maxTokens: 20, presencePenalty: 1e4 }));
      expect(new Set(once).size).toBe(20);
      const allowed = [...PROMPT, 40, 41];
      const params = { ...hot, temperature: 0, maxTokens: 1, allowedTokenIds: allowed };
      const shifted = { ...params, logitBias: new Map(allowed.map((id) => [id, 50])), repetitionPenalty: 100 };
      expect([40, 41]).toContain((await generate(engine, makeRequest("h", PROMPT, shifted)))[0]!);
    });

    test("branches count for themselves", async () => {
      const request = { ...makeRequest("i", PROMPT, { ...hot, maxTokens: 12, presencePenalty: 1e4 }), branches: 3 };
      const together = await generateAll(engine, request);
      for (const [i, tokens] of together.entries()) {
        const params = { ...request.params, seed: hot.seed + BigInt(i) };
        expect(await generate(engine, makeRequest(`i${i}`, PROMPT, params))).toEqual(tokens);
      }
    });

    test("a request that bars everything is refused where it gets there, and loses nobody else", async () => {
      const dead = {
        ...hot,
        allowedTokenIds: [7, 8],
        badWords: [
          [7, 7],
          [7, 8],
          [8, 7],
          [8, 8],
        ],
      };
      const { signal } = new AbortController();
      const [output] = engine.submit(makeRequest("j", PROMPT, dead), signal);
      const other = generate(engine, makeRequest("k", PROMPT, { maxTokens: 3, ignoreEos: true }));
      const error = await collect(output!).catch((thrown) => thrown as EngineError);
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ code: "invalid_request", param: "bad_words" });
      expect(await other).toHaveLength(3);
      expect(engine.kvState().used).toBe(0);
    });
  });
}
