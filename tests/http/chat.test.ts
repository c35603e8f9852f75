import { describe, expect, test } from "bun:test";
import { CACHED_TOKENS } from "./fake_engine.ts";
import { events, harness, levelTokenizer, saying } from "./harness.ts";

const PATH = "/v1/chat/completions";
const messages = [{ role: "user", content: "hi" }];

describe("POST /v1/chat/completions", () => {
  test("answers with the assistant's message", async () => {
    const { post, engine } = harness({ next: saying("hello!"), eosTokenIds: [33] });
    const body = await (await post(PATH, { model: "org/tiny", messages, return_token_ids: true })).json();
    const prompt = [...new TextEncoder().encode("<user>hi<assistant>")];
    expect(body.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    expect({ ...body, id: "" }).toEqual({
      id: "",
      object: "chat.completion",
      created: 1_700_000_001,
      model: "org/tiny",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "hello", refusal: null },
          logprobs: null,
          finish_reason: "stop",
          stop_reason: null,
          token_ids: [...new TextEncoder().encode("hello!")],
        },
      ],
      prompt_token_ids: prompt,
      usage: {
        prompt_tokens: 19,
        completion_tokens: 6,
        total_tokens: 25,
        prompt_tokens_details: { cached_tokens: CACHED_TOKENS },
      },
    });
    expect(engine.seen[0]!.promptIds).toEqual(prompt);
  });

  test("max_tokens is the rest of the context unless given, max_completion_tokens first", async () => {
    const { post, engine } = harness({ maxModelLen: 64, eosTokenIds: [97], next: () => 97 });
    await post(PATH, { messages });
    await post(PATH, { messages, max_tokens: 5 });
    await post(PATH, { messages, max_tokens: 5, max_completion_tokens: 7 });
    expect(engine.seen.map(({ params }) => params.maxTokens)).toEqual([64 - 19, 5, 7]);
  });

  test("text parts are lines; every role is rendered", async () => {
    const { post, engine } = harness();
    const parts = [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ];
    const all = ["system", "developer", "user", "tool"].map((role) => ({ role, content: parts }));
    const assistant = { role: "assistant", content: null, refusal: null, tool_calls: [], audio: null };
    await post(PATH, { messages: [...all, assistant], max_tokens: 1, add_generation_prompt: false });
    expect(levelTokenizer.decode(Array.from(engine.seen[0]!.promptIds))).toBe(
      "<system>a\nb<developer>a\nb<user>a\nb<tool>a\nb<assistant>",
    );
  });

  test("stream: the role first, then content, then the reason", async () => {
    const { post } = harness({ next: saying("hey!"), eosTokenIds: [33] });
    const body = { messages, stream: true, stream_options: { include_usage: true }, return_token_ids: true };
    const chunks = await events(await post(PATH, body));
    const usage = chunks.pop();
    expect(usage).toMatchObject({ object: "chat.completion.chunk", choices: [], usage: { completion_tokens: 4 } });
    expect(chunks.map((chunk) => chunk.choices[0].delta)).toEqual([
      { role: "assistant", content: "" },
      { content: "h" },
      { content: "e" },
      { content: "y" },
      {},
    ]);
    expect(chunks.map((chunk) => chunk.choices[0].finish_reason)).toEqual([null, null, null, null, "stop"]);
    expect(chunks[0].prompt_token_ids.length).toBe(19);
    expect(chunks.flatMap((chunk) => chunk.choices[0].token_ids ?? [])).toEqual([104, 101, 121, 33]);
  });

  test("a model without a template refuses chat, and only chat", async () => {
    const { post } = harness({ chat: false });
    const response = await post(PATH, { messages });
    expect(response.status).toBe(400);
    const { error } = await response.json();
    expect(error).toMatchObject({ param: "messages", code: "no_chat_template" });
    expect(error.message).toContain("no chat template");
    expect((await post("/v1/completions", { prompt: "a" })).status).toBe(200);
  });
});
