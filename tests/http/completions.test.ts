import { describe, expect, test } from "bun:test";
import { type GenerationRequest, GREEDY } from "../../src/contracts/generation.ts";
import { CACHED_TOKENS } from "./fake_engine.ts";
import { events, fallbackTokenizer, harness, saying } from "./harness.ts";

const PATH = "/v1/completions";

describe("POST /v1/completions", () => {
  test("answers with text, reason and usage", async () => {
    const { post, engine } = harness({ next: saying("hello world") });
    const response = await post(PATH, { model: "tiny", prompt: "ab", max_tokens: 5 });
    expect(response.status).toBe(200);
    const body = await response.json();
    expect(body.id).toMatch(/^cmpl-[0-9a-f]{32}$/);
    expect({ ...body, id: "" }).toEqual({
      id: "",
      object: "text_completion",
      created: 1_700_000_001,
      model: "tiny",
      choices: [{ index: 0, text: "hello", logprobs: null, finish_reason: "length", stop_reason: null }],
      usage: {
        prompt_tokens: 2,
        completion_tokens: 5,
        total_tokens: 7,
        prompt_tokens_details: { cached_tokens: CACHED_TOKENS },
      },
    });
    expect(engine.live.size).toBe(0);
  });

  test("defaults: 16 tokens, temperature 1, nothing cut off, a seed of its own", async () => {
    const { post, engine } = harness();
    await post(PATH, { prompt: "a" });
    await post(PATH, { prompt: "a" });
    const { params } = engine.seen[0]!;
    expect(params).toEqual({ ...GREEDY, temperature: 1, maxTokens: 16, seed: 1000n });
    expect(engine.seen[1]!.params.seed).toBe(1001n);
  });

  test("the model's own defaults fill what the request leaves out", async () => {
    const model = { ids: ["m"] as [string], created: 0, maxModelLen: 256 };
    const defaults = { temperature: 0.6, topP: 0.9, topK: 20 };
    const { post, engine } = harness({ serving: { model: { ...model, defaults } } });
    await post(PATH, { prompt: "a", top_p: 0.5 });
    expect(engine.seen[0]!.params).toMatchObject({ temperature: 0.6, topP: 0.5, topK: 20 });
  });

  test("top_k: -1, 0 and the whole vocabulary all mean off", async () => {
    const { post, engine } = harness();
    for (const top_k of [-1, 0, 100_000, 5]) await post(PATH, { prompt: "a", top_k });
    expect(engine.seen.map(({ params }) => params.topK)).toEqual([0, 0, 0, 5]);
  });

  test("any integer is a seed, and the choices of a prompt count up from it", async () => {
    const { post, engine } = harness();
    await post(PATH, { prompt: ["a", "b"], n: 2, seed: -1 });
    const top = 2n ** 64n - 1n;
    expect(engine.seen.map(({ params }) => params.seed)).toEqual([top, 0n, top, 0n]);
  });

  test("prompt: a string, strings, ids and lists of ids; choices prompt by prompt", async () => {
    const { post, engine } = harness();
    const cases: readonly [unknown, number[][]][] = [
      ["ab", [[97, 98]]],
      [
        ["a", "b"],
        [[97], [98]],
      ],
      [[1, 2], [[1, 2]]],
      [
        [[1], [2, 3]],
        [[1], [2, 3]],
      ],
    ];
    for (const [prompt, want] of cases) {
      engine.seen.length = 0;
      const body = await (await post(PATH, { prompt, n: 2, max_tokens: 1, return_token_ids: true })).json();
      const twice = want.flatMap((prompt) => [prompt, prompt]);
      expect(engine.seen.map(({ promptIds }) => promptIds)).toEqual(twice);
      expect(body.choices).toMatchObject(twice.map((prompt_token_ids, index) => ({ index, prompt_token_ids })));
      expect(body.usage.prompt_tokens).toBe(want.flat().length);
      expect(body.usage.completion_tokens).toBe(twice.length);
    }
  });

  test("the empty prompt is BOS alone where the tokenizer adds one, else a 400", async () => {
    const { post, engine } = harness({ tokenizer: fallbackTokenizer });
    expect((await post(PATH, { prompt: "" })).status).toBe(200);
    expect(engine.seen[0]!.promptIds).toEqual([1]);
    const refused = await harness().post(PATH, { prompt: "" });
    expect(refused.status).toBe(400);
    expect((await refused.json()).error.param).toBe("prompt");
  });

  test("text goes on from the prompt: the first word keeps its space, after BOS alone it does not", async () => {
    const world = fallbackTokenizer.tokenId("▁w")!;
    const { post } = harness({ tokenizer: fallbackTokenizer, next: () => world });
    const text = async (prompt: string) => (await (await post(PATH, { prompt, max_tokens: 2 })).json()).choices[0].text;
    expect(await text("he")).toBe(" w w");
    expect(await text("")).toBe("w w");
  });

  test("stop strings end the choice and the engine's work", async () => {
    const { post, engine } = harness({ next: saying("one\n\ntwo") });
    const body = await (await post(PATH, { prompt: "a", max_tokens: 200, stop: ["\n\n", "zz"] })).json();
    expect(body.choices[0]).toMatchObject({ text: "one", finish_reason: "stop", stop_reason: "\n\n" });
    expect(body.usage.completion_tokens).toBe(5);
    await engine.idle();
    expect(engine.cancelled).toBe(1);
  });

  test("a half stop string at the end is given back", async () => {
    const { post } = harness({ next: saying("ab") });
    const body = await (await post(PATH, { prompt: "a", max_tokens: 3, stop: "abc" })).json();
    expect(body.choices[0]).toMatchObject({ text: "aba", finish_reason: "length", stop_reason: null });
  });

  test("EOS and stop tokens end it, are counted, and leave no text", async () => {
    const { post } = harness({ next: saying("hi!"), eosTokenIds: [33] });
    const ask = async (more: object) => await (await post(PATH, { prompt: "a", max_tokens: 5, ...more })).json();
    const eos = await ask({ return_token_ids: true });
    expect(eos.choices[0]).toMatchObject({
      text: "hi",
      finish_reason: "stop",
      stop_reason: null,
      token_ids: [104, 105, 33],
    });
    expect(eos.usage.completion_tokens).toBe(3);
    const id = await ask({ stop_token_ids: [105] });
    expect(id.choices[0]).toMatchObject({ text: "h", finish_reason: "stop", stop_reason: 105 });
    expect((await ask({ ignore_eos: true })).choices[0]).toMatchObject({ text: "hi!hi", finish_reason: "length" });
  });

  test("best_of samples more and gives the n likeliest a token", async () => {
    // Seeds 1000, 1001 and 1002; the second is the likeliest by its sum, the third by its mean.
    const means = [-2, -1, -0.5];
    const logprob = ({ params }: GenerationRequest) => means[Number(params.seed) - 1000]!;
    const next = ({ params }: GenerationRequest, position: number) =>
      position === 2 && params.seed === 1001n ? 33 : Number(params.seed) - 1000 + 97;
    const { post, engine } = harness({ next, logprob, eosTokenIds: [33] });
    const body = await (await post(PATH, { prompt: "x", n: 2, best_of: 3, max_tokens: 8 })).json();
    expect(body.choices.map(({ index, text }: { index: number; text: string }) => [index, text])).toEqual([
      [0, "cccccccc"],
      [1, "bb"],
    ]);
    expect(body.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 19 });
    expect(engine.seen.map(({ topLogprobs }) => topLogprobs)).toEqual([0, 0, 0]);
  });

  test("use_beam_search: best_of is the width, n the results; a beam of one is greedy", async () => {
    const { post, engine } = harness();
    const ask = (more: object) => post(PATH, { prompt: "x", use_beam_search: true, max_tokens: 2, ...more });
    await ask({ n: 2, best_of: 4, length_penalty: 0.5, early_stopping: true });
    await ask({ n: 3 });
    await ask({});
    const beams = engine.seen.map(({ beam, branches, params }) => [beam, branches, params.temperature]);
    expect(beams.filter((_, i) => [0, 2, 5].includes(i))).toEqual([
      [{ width: 4, lengthPenalty: 0.5, earlyStopping: true }, 2, 0],
      [{ width: 3, lengthPenalty: 1, earlyStopping: false }, 3, 0],
      [null, 1, 0],
    ]);
  });

  test("truncate_prompt_tokens keeps the end of the prompt", async () => {
    const { post, engine } = harness({ maxModelLen: 8 });
    await post(PATH, { prompt: "abcdefgh", truncate_prompt_tokens: 2, max_tokens: 1 });
    await post(PATH, { prompt: "abcdefgh", truncate_prompt_tokens: -1, max_tokens: 1 });
    expect(engine.seen.map(({ promptIds }) => promptIds.length)).toEqual([2, 7]);
  });
});

describe("stream", () => {
  test("deltas, the last with its reason, joined are the text; usage comes when asked for", async () => {
    const { post } = harness({ next: saying("héllo 🐱!") });
    const response = await post(PATH, {
      prompt: "a",
      max_tokens: 12,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const chunks = await events(response);
    const usage = chunks.pop();
    expect(usage).toMatchObject({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 12, total_tokens: 13 } });
    expect(chunks.map((chunk) => chunk.choices[0].text)).toEqual(["h", "é", "l", "l", "o", " ", "🐱", "!"]);
    expect(chunks.map((chunk) => chunk.choices[0].finish_reason)).toEqual([...Array(7).fill(null), "length"]);
    for (const chunk of [...chunks, usage]) {
      expect(chunk).toMatchObject({ id: usage.id, object: "text_completion", created: 1_700_000_001, model: "tiny" });
      if (chunk !== usage) expect(chunk.usage).toBeNull();
    }
  });

  test("without include_usage no chunk has usage", async () => {
    const chunks = await events(await harness().post(PATH, { prompt: "a", stream: true, max_tokens: 2 }));
    for (const chunk of chunks) expect("usage" in chunk).toBe(false);
  });

  test("return_token_ids: every id once, the prompt's with the first delta", async () => {
    const { post } = harness({ next: saying("🐱a") });
    const body = { prompt: "xy", stream: true, max_tokens: 5, return_token_ids: true };
    const chunks = await events(await post(PATH, body));
    expect(chunks.flatMap((chunk) => chunk.choices[0].token_ids)).toEqual([0xf0, 0x9f, 0x90, 0xb1, 97]);
    expect(chunks.map((chunk) => chunk.choices[0].prompt_token_ids)).toEqual([[120, 121], ...Array(4).fill(undefined)]);
  });

  test("several choices are interleaved, each whole", async () => {
    const { post } = harness({ next: ({ promptIds }, position) => promptIds[0]! + position });
    const chunks = await events(await post(PATH, { prompt: ["a", "k"], n: 2, stream: true, max_tokens: 3 }));
    const texts = ["", "", "", ""];
    for (const { choices } of chunks) texts[choices[0].index] += choices[0].text;
    expect(texts).toEqual(["abc", "abc", "klm", "klm"]);
  });

  test("streamed equals whole for byte fallback, byte by byte", async () => {
    const bytes = [...new TextEncoder().encode("日本 🐱")].map((byte) => byte + 3);
    const { post } = harness({ tokenizer: fallbackTokenizer, next: (_, position) => bytes[position]! });
    const body = { prompt: "a", max_tokens: bytes.length };
    const whole = (await (await post(PATH, body)).json()).choices[0].text;
    const streamed = await events(await post(PATH, { ...body, stream: true }));
    expect(whole).toBe("日本 🐱");
    expect(streamed.map((chunk) => chunk.choices[0].text).join("")).toBe(whole);
  });

  test("a stop string split over tokens never shows", async () => {
    const { post } = harness({ next: saying("one</end>two") });
    const chunks = await events(await post(PATH, { prompt: "a", stream: true, max_tokens: 50, stop: "</end>" }));
    expect(chunks.map((chunk) => chunk.choices[0].text).join("")).toBe("one");
    expect(chunks.at(-1).choices[0]).toMatchObject({ finish_reason: "stop", stop_reason: "</end>" });
  });
});
