import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { completionLogprobs, type ScoredToken, TokenNames } from "../../src/http/logprobs.ts";
import { events, fallbackTokenizer, harness, levelTokenizer, saying } from "./harness.ts";

const user = { role: "user", content: "hi" };
const next = saying("a🐱b");
const logprob = (_: unknown, position: number) => -position / 4;

describe("log-probabilities of chat", () => {
  test("each token with its bytes and the likeliest others", async () => {
    const { post } = harness({ next, logprob });
    const body = { messages: [user], max_tokens: 2, logprobs: true, top_logprobs: 2 };
    const { logprobs } = (await (await post("/v1/chat/completions", body)).json()).choices[0];
    expect(logprobs).toEqual({
      content: [
        {
          token: "a",
          logprob: -0.25,
          bytes: [97],
          top_logprobs: [
            { token: "a", logprob: -0.25, bytes: [97] },
            { token: "b", logprob: -1.25, bytes: [98] },
          ],
        },
        {
          token: "\ufffd",
          logprob: -0.5,
          bytes: [0xf0],
          top_logprobs: [
            { token: "\ufffd", logprob: -0.5, bytes: [0xf0] },
            { token: "\ufffd", logprob: -1.5, bytes: [0xf1] },
          ],
        },
      ],
      refusal: null,
    });
  });

  test("are null where nobody asks, and need no alternatives", async () => {
    const { post } = harness({ next });
    const ask = async (more: object) =>
      (await (await post("/v1/chat/completions", { messages: [user], max_tokens: 1, ...more })).json()).choices[0];
    expect((await ask({})).logprobs).toBeNull();
    const { content } = (await ask({ logprobs: true })).logprobs;
    expect(content).toEqual([{ token: "a", logprob: 0, bytes: [97], top_logprobs: [] }]);
  });

  test("streamed are those of the whole answer, also with text held back", async () => {
    const { post } = harness({ next, logprob });
    const body = { messages: [user], max_tokens: 9, logprobs: true, top_logprobs: 1, stop: "bab" };
    const whole = (await (await post("/v1/chat/completions", body)).json()).choices[0].logprobs;
    const chunks = await events(await post("/v1/chat/completions", { ...body, stream: true }));
    const streamed = chunks.flatMap(({ choices }) => choices[0].logprobs?.content ?? []);
    expect(streamed).toEqual(whole.content);
    expect(streamed.length).toBe(9);
  });

  test("prompt_logprobs: by token id, the first null", async () => {
    const { post } = harness({ next, logprob });
    const body = { messages: [user], max_tokens: 1, prompt_logprobs: 1 };
    const { prompt_logprobs } = await (await post("/v1/chat/completions", body)).json();
    expect(prompt_logprobs[0]).toBeNull();
    expect(prompt_logprobs[1]).toEqual({ "117": { logprob: -0.25, rank: 1, decoded_token: "u" } });
    expect(prompt_logprobs.length).toBe("<user>hi<assistant>".length);
  });
});

describe("log-probabilities of completions", () => {
  test("lists side by side; the alternatives by their text, with the token itself", async () => {
    const { post, engine } = harness({ next, logprob });
    const body = { prompt: "x", max_tokens: 6, logprobs: 1 };
    const { logprobs, text } = (await (await post("/v1/completions", body)).json()).choices[0];
    expect(text).toBe("a🐱b");
    expect(logprobs).toEqual({
      tokens: ["a", "\ufffd", "\ufffd", "\ufffd", "\ufffd", "b"],
      token_logprobs: [-0.25, -0.5, -0.75, -1, -1.25, -1.5],
      top_logprobs: [
        { a: -0.25 },
        { "\ufffd": -0.5 },
        { "\ufffd": -0.75 },
        { "\ufffd": -1 },
        { "\ufffd": -1.25 },
        { b: -1.5 },
      ],
      text_offset: [0, 1, 1, 1, 1, 2],
    });
    expect(engine.seen[0]).toMatchObject({ topLogprobs: 1, promptLogprobs: -1 });
  });

  test("echo puts the prompt before the answer, and its log-probabilities before theirs", async () => {
    const { post } = harness({ next, logprob });
    const body = { prompt: "xy", max_tokens: 1, logprobs: 0, echo: true };
    const { logprobs, text } = (await (await post("/v1/completions", body)).json()).choices[0];
    expect(text).toBe("xya");
    expect(logprobs).toEqual({
      tokens: ["x", "y", "a"],
      token_logprobs: [null, -0.25, -0.25],
      top_logprobs: [null, { y: -0.25 }, { a: -0.25 }],
      text_offset: [0, 1, 2],
    });
  });

  test("echo alone scores a prompt: max_tokens 0", async () => {
    const { post, engine } = harness({ next, logprob });
    const body = { prompt: "xyz", max_tokens: 0, logprobs: 3, echo: true };
    const answer = await (await post("/v1/completions", body)).json();
    expect(answer.choices[0]).toMatchObject({ text: "xyz", finish_reason: "length" });
    expect(answer.choices[0].logprobs.tokens).toEqual(["x", "y", "z"]);
    expect(answer.choices[0].logprobs.top_logprobs[1]).toEqual({ y: -0.25, z: -1.25, "{": -2.25 });
    expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 0 });
    expect(engine.seen[0]!.promptLogprobs).toBe(3);
  });

  test("echo without log-probabilities asks for none", async () => {
    const { post, engine } = harness({ tokenizer: fallbackTokenizer, next: () => fallbackTokenizer.tokenId("▁w")! });
    const body = { prompt: "he", max_tokens: 2, echo: true };
    const { text, logprobs } = (await (await post("/v1/completions", body)).json()).choices[0];
    expect({ text, logprobs }).toEqual({ text: "he w w", logprobs: null });
    expect(engine.seen[0]!.promptLogprobs).toBe(-1);
  });

  test("return_tokens_as_token_ids", async () => {
    const { post } = harness({ next });
    const body = { prompt: "x", max_tokens: 1, logprobs: 1, return_tokens_as_token_ids: true };
    const { logprobs } = (await (await post("/v1/completions", body)).json()).choices[0];
    expect(logprobs).toMatchObject({ tokens: ["token_id:97"], top_logprobs: [{ "token_id:97": 0 }] });
  });

  test("prompt_logprobs stand beside each choice", async () => {
    const { post } = harness({ next, logprob });
    const body = { prompt: ["xy", "z"], n: 2, max_tokens: 1, prompt_logprobs: 0 };
    const { choices } = await (await post("/v1/completions", body)).json();
    const y = { "121": { logprob: -0.25, rank: 1, decoded_token: "y" } };
    expect(choices.map((choice: { prompt_logprobs: unknown }) => choice.prompt_logprobs)).toEqual([
      [null, y],
      [null, y],
      [null],
      [null],
    ]);
  });

  test("streamed and whole agree on text and log-probabilities, whatever is asked for", async () => {
    const bodies = fc.record({
      prompt: fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
      max_tokens: fc.nat(12),
      logprobs: fc.option(fc.nat(3)),
      echo: fc.constant(true),
      stop: fc.constantFrom("b", "🐱", "ba", "zz", "ab"),
      min_tokens: fc.nat(3),
      include_stop_str_in_output: fc.boolean(),
      n: fc.integer({ min: 1, max: 2 }),
    });
    const { post } = harness({ next, logprob });
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        fc.pre(body.min_tokens <= Math.max(1, body.max_tokens));
        const whole = (await (await post("/v1/completions", body)).json()).choices;
        const chunks = await events(await post("/v1/completions", { ...body, stream: true }));
        for (const choice of whole) {
          const own = chunks.flatMap(({ choices }) => choices).filter(({ index }) => index === choice.index);
          expect(own.map(({ text }) => text).join("")).toBe(choice.text);
          expect(own.at(-1)).toMatchObject({ finish_reason: choice.finish_reason, stop_reason: choice.stop_reason });
          for (const list of ["tokens", "token_logprobs", "top_logprobs", "text_offset"]) {
            const parts = own.flatMap(({ logprobs }) => logprobs?.[list] ?? null);
            expect(parts).toEqual(choice.logprobs?.[list] ?? own.map(() => null));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

test("what JSON cannot say is -9999", () => {
  const top = [{ tokenId: 98, logprob: Number.NEGATIVE_INFINITY }];
  const scored: ScoredToken[] = [
    { tokenId: 97, offset: 0, logprobs: { logprob: Number.NEGATIVE_INFINITY, rank: 9, top } },
  ];
  const { token_logprobs, top_logprobs } = completionLogprobs(scored, 1, new TokenNames(levelTokenizer, false));
  expect([token_logprobs, top_logprobs]).toEqual([[-9999], [{ a: -9999, b: -9999 }]]);
});
