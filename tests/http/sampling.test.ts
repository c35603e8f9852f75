import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { badWordIds } from "../../src/http/bad_words.ts";
import { loadTokenizer } from "../../src/text/tokenizer.ts";
import { fallbackTokenizer, harness, levelTokenizer, saying } from "./harness.ts";

const PATH = "/v1/completions";
const bundled = await loadTokenizer(join(import.meta.dir, "../../models/bundled/octavo-chat"));

describe("sampling fields", () => {
  test("reach the engine", async () => {
    const { post, engine } = harness();
    await post(PATH, {
      prompt: "a",
      ...{ min_p: 0.1, typical_p: 0.9, presence_penalty: -2, frequency_penalty: 0.5, repetition_penalty: 1.2 },
      ...{ logit_bias: { 5: -100, 256: 1.5 }, allowed_token_ids: [1, 2, 256], bad_words: ["no"], min_tokens: 3 },
    });
    expect(engine.seen[0]!.params).toMatchObject({
      ...{ minP: 0.1, typicalP: 0.9, presencePenalty: -2, frequencyPenalty: 0.5, repetitionPenalty: 1.2 },
      ...{ allowedTokenIds: [1, 2, 256], badWords: [[110, 111]], minTokens: 3 },
    });
    expect([...engine.seen[0]!.params.logitBias]).toEqual([
      [5, -100],
      [256, 1.5],
    ]);
  });

  test("are the model's own where the request leaves them out; beams take none", async () => {
    const defaults = { minP: 0.05, repetitionPenalty: 1.05 };
    const model = { ids: ["m"] as [string], created: 0, maxModelLen: 256, defaults };
    const { post, engine } = harness({ serving: { model } });
    await post(PATH, { prompt: "a" });
    await post(PATH, { prompt: "a", min_p: 0, repetition_penalty: 1 });
    await post(PATH, { prompt: "a", use_beam_search: true, n: 2 });
    const seen = engine.seen.map(({ params }) => [params.minP, params.repetitionPenalty]);
    expect(seen.slice(0, 3)).toEqual([
      [0.05, 1.05],
      [0, 1],
      [0.05, 1],
    ]);
  });
});

describe("bad words as tokens", () => {
  test("as they stand first in a text, and after a space where that is not the same after a space", () => {
    const id = (piece: string) => fallbackTokenizer.tokenId(piece)!;
    // This tokenizer puts a space before every text: a second one is only one more before the same tokens.
    expect(badWordIds(["w"], fallbackTokenizer)).toEqual([[id("▁w")]]);
    expect(badWordIds([" he", "x"], levelTokenizer)).toEqual([[104, 101], [120]]);
    // The bundled model's: " there" is one token, "there" two.
    const encode = (text: string) => bundled.encode(text, { addSpecialTokens: false });
    expect(badWordIds(["there"], bundled)).toEqual([encode("there"), encode(" there")]);
    expect(encode(" there").length).not.toBe(encode("there").length);
  });
});

describe("what ends the text", () => {
  const next = saying("one</end>two");
  const ask = async (more: object, options: object = {}) => {
    const { post } = harness({ next, ...options });
    return (await (await post(PATH, { prompt: "a", max_tokens: 12, ...more })).json()).choices[0];
  };

  test("include_stop_str_in_output keeps the stop string, and nothing after it", async () => {
    const stop = { stop: ["</end>", "zz"], include_stop_str_in_output: true };
    expect(await ask(stop)).toMatchObject({ text: "one</end>", finish_reason: "stop", stop_reason: "</end>" });
  });

  test("and the text of a stop token, but not of one that is special", async () => {
    const include = { include_stop_str_in_output: true, stop_token_ids: [60] };
    expect(await ask(include)).toMatchObject({ text: "one<", finish_reason: "stop", stop_reason: 60 });
    const special = { next: () => 256, eosTokenIds: [256] };
    expect((await ask(include, special)).text).toBe("");
    expect((await ask({ ...include, skip_special_tokens: false }, special)).text).toBe("<|end|>");
  });

  test("no stop string counts before min_tokens", async () => {
    expect(await ask({ stop: "n", min_tokens: 1 })).toMatchObject({ text: "o", stop_reason: "n" });
    expect(await ask({ stop: "n", min_tokens: 2 })).toMatchObject({ text: "one</e", stop_reason: "n" });
    expect(await ask({ stop: "</end>", min_tokens: 5 })).toMatchObject({ text: "one</end>two", stop_reason: null });
  });
});
