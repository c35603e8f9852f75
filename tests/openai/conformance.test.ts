import { afterAll, describe, expect, test } from "bun:test";
import { EngineError } from "../../src/contracts/generation.ts";
import { events, type Harness, harness, saying } from "../http/harness.ts";
import { messages, scripted, weather } from "../http/tools_harness.ts";
import { check, checkEvent, EVENT_TYPES, type Name } from "./document.ts";

const CHAT = "/v1/chat/completions";
const COMPLETIONS = "/v1/completions";
const RESPONSES = "/v1/responses";

const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
const tools = [weather];
const next = saying("a🐱b");
const app = harness({ next, maxModelLen: 1024 });

async function whole(name: Name, { post }: Harness, path: string, body: object) {
  const response = await post(path, body);
  expect(response.status).toBe(200);
  const answer = await response.json();
  check(name, answer);
  return answer;
}

/** The data of a stream's chunks, each one checked; the last may be an error. */
async function chunks(name: Name, { post }: Harness, path: string, body: object) {
  const response = await post(path, { ...body, stream: true });
  expect(response.status).toBe(200);
  const all = await events(response);
  for (const chunk of all) check("error" in chunk ? "ErrorResponse" : name, chunk);
  return all;
}

function failing(script: Partial<Parameters<typeof harness>[0]> = {}): Harness {
  const broken = harness({ delay: 2, maxModelLen: 4096, ...script });
  setTimeout(() => {
    broken.engine.fault = new EngineError("internal", "The device is gone");
  }, 20);
  return broken;
}

describe("chat completions", () => {
  const bodies: [string, object][] = [
    ["plain", {}],
    ["n", { n: 3 }],
    ["best_of", { n: 1, best_of: 3 }],
    ["stop", { stop: "b" }],
    ["stop_token_ids", { stop_token_ids: [98] }],
    ["log-probabilities alone", { logprobs: true }],
    ["log-probabilities with others", { logprobs: true, top_logprobs: 3 }],
    ["tokens as ids", { logprobs: true, top_logprobs: 1, return_tokens_as_token_ids: true }],
    ["token ids", { return_token_ids: true }],
  ];
  for (const [name, body] of bodies) {
    test(`${name}, whole and streamed`, async () => {
      const request = { messages, max_tokens: 8, ...body };
      await whole("CreateChatCompletionResponse", app, CHAT, request);
      if (!("best_of" in body)) await chunks("CreateChatCompletionStreamResponse", app, CHAT, request);
    });
  }

  test("log-probabilities of the prompt", async () => {
    const answer = await whole("CreateChatCompletionResponse", app, CHAT, {
      messages,
      prompt_logprobs: 2,
      max_tokens: 2,
    });
    expect(answer.prompt_logprobs[0]).toBeNull();
  });

  test("usage at a stream's end", async () => {
    const body = { messages, max_tokens: 4, stream_options: { include_usage: true } };
    const all = await chunks("CreateChatCompletionStreamResponse", app, CHAT, body);
    expect(all[0].usage).toBeNull();
    expect(all.at(-1)).toMatchObject({ choices: [], usage: {} });
  });

  test("tool calls and reasoning", async () => {
    const model = scripted({ says: `<think>Hm.</think>So. ${CALL}\n${CALL}`, reasoning: true });
    const answer = await whole("CreateChatCompletionResponse", model, CHAT, { messages, tools });
    expect(answer.choices[0].message).toMatchObject({ reasoning_content: "Hm.", tool_calls: [{}, {}] });
    const all = await chunks("CreateChatCompletionStreamResponse", model, CHAT, { messages, tools });
    expect(all.at(-1).choices[0].finish_reason).toBe("tool_calls");
    expect(all.filter((chunk) => chunk.choices[0].delta.tool_calls).length).toBeGreaterThan(2);
  });

  test("an error in the middle of a stream", async () => {
    const all = await chunks("CreateChatCompletionStreamResponse", failing(), CHAT, { messages, max_tokens: 4000 });
    expect(all.length).toBeGreaterThan(1);
    expect(all.at(-1)).toHaveProperty("error");
  });
});

describe("completions", () => {
  const bodies: [string, object][] = [
    ["plain", {}],
    ["a list of prompts", { prompt: ["a", "b"], n: 2 }],
    ["token ids", { prompt: [97, 98], return_token_ids: true }],
    ["stop", { stop: "b" }],
    ["log-probabilities", { logprobs: 2 }],
    ["echo with log-probabilities", { echo: true, logprobs: 0 }],
    ["echo alone", { echo: true, max_tokens: 0, logprobs: 1 }],
    ["usage", { stream_options: { include_usage: true } }],
    ["best_of", { best_of: 3 }],
    ["log-probabilities of the prompt", { prompt_logprobs: 1 }],
  ];
  for (const [name, body] of bodies) {
    test(name, async () => {
      const request = { prompt: "abc", max_tokens: 8, ...body };
      if (!("stream_options" in body)) await whole("CreateCompletionResponse", app, COMPLETIONS, request);
      if (!("best_of" in body || "prompt_logprobs" in body)) {
        await chunks("CreateCompletionResponse", app, COMPLETIONS, request);
      }
    });
  }

  test("an error in the middle of a stream", async () => {
    const all = await chunks("CreateCompletionResponse", failing(), COMPLETIONS, { prompt: "a", max_tokens: 4000 });
    expect(all.at(-1)).toHaveProperty("error");
  });
});

describe("responses", () => {
  const seen = new Set<string>();
  afterAll(() => expect([...seen].sort()).toEqual([...EVENT_TYPES].sort()));

  async function stepwise(model: Harness, body: object) {
    const text = await (await model.post(RESPONSES, { ...body, stream: true })).text();
    const all = text.split("\n").flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
    for (const event of all) {
      checkEvent(event);
      seen.add(event.type);
    }
    return all;
  }

  const flat = { type: "function", ...weather.function };
  const bodies: [string, object][] = [
    ["a text", {}],
    ["every field", { instructions: "I", metadata: { a: "b" }, temperature: 0.5, top_p: 0.9, store: false }],
    ["one that is cut", { max_output_tokens: 2 }],
    ["log-probabilities", { include: ["message.output_text.logprobs"], top_logprobs: 2 }],
    ["tools with all their fields", { tools: [{ ...flat, strict: null }], tool_choice: "auto" }],
    ["a tool without parameters", { tools: [{ type: "function", name: "f" }], tool_choice: "none" }],
    ["a form", { text: { format: { type: "text" } }, reasoning: { effort: "none" } }],
  ];
  for (const [name, body] of bodies) {
    test(`${name}, whole, streamed and stored`, async () => {
      const model = scripted({ says: "It rains." });
      const answer = await whole("Response", model, RESPONSES, { input: "x", ...body });
      const stored = await model.get(`${RESPONSES}/${answer.id}`);
      check(stored.status === 200 ? "Response" : "ErrorResponse", await stored.json());
      await stepwise(model, { input: "x", ...body });
    });
  }

  test("reasoning, text and calls", async () => {
    const model = scripted({ says: `<think>Hm.</think>So.${CALL}`, reasoning: true });
    const { output } = await whole("Response", model, RESPONSES, { input: "x", tools: [flat] });
    expect(output.map(({ type }: { type: string }) => type)).toEqual(["reasoning", "message", "function_call"]);
    await stepwise(model, { input: "x", tools: [flat] });
  });

  test("an error in the middle of a stream", async () => {
    const all = await stepwise(failing(), { input: "x" });
    expect(all.slice(-2).map(({ type }) => type)).toEqual(["error", "response.failed"]);
  });
});

test("embeddings, as floats and as base64", async () => {
  for (const encoding of [{}, { encoding_format: "float" }, { encoding_format: "base64" }]) {
    const answer = await whole("CreateEmbeddingResponse", app, "/v1/embeddings", { input: ["ab", "c"], ...encoding });
    expect(answer.data).toHaveLength(2);
  }
});

test("models", async () => {
  check("ListModelsResponse", await (await app.get("/v1/models")).json());
  check("Model", await (await app.get("/v1/models/org/tiny")).json());
});

describe("an error is OpenAI's with status", () => {
  const post = (model: Harness, path = COMPLETIONS, body: unknown = { prompt: "a" }) => model.post(path, body);
  const cases: [number, string, () => Promise<Response>][] = [
    [400, "a field", () => post(app, COMPLETIONS, { prompt: 7 })],
    [400, "no JSON", () => post(app, CHAT, "{")],
    [400, "a parameter we do not know", () => post(app, RESPONSES, { input: "x", max_tokens: 1 })],
    [401, "no key", () => post(harness({ deps: { apiKeys: ["one"] } }))],
    [404, "no such model", () => post(app, CHAT, { messages, model: "gpt-4" })],
    [404, "no such path", () => app.get("/v1/files")],
    [404, "no such response", () => app.get(`${RESPONSES}/resp_none`)],
    [405, "another method", () => app.get(CHAT)],
    [413, "too large", () => post(harness({ deps: { maxBodyBytes: 4 } }))],
    [
      415,
      "no JSON either",
      () => app.post(COMPLETIONS, "prompt=a", { "content-type": "application/x-www-form-urlencoded" }),
    ],
    [429, "a full queue", () => post(harness({ maxLive: 0 }))],
    [503, "not ready", () => post(harness({ deps: { serving: () => null } }))],
    [504, "a timeout", () => post(harness({ delay: 50, deps: { requestTimeout: 0.01 } }))],
    [500, "an engine that fails", () => post(failing({ delay: 50 }))],
  ];
  for (const [status, name, ask] of cases) {
    test(`${status}: ${name}`, async () => {
      const response = await ask();
      expect(response.status).toBe(status);
      check("ErrorResponse", await response.json());
    });
  }
});

test("what is not as the document says is found out", async () => {
  const answer = await whole("CreateChatCompletionResponse", app, CHAT, { messages, max_tokens: 2 });
  const [choice] = answer.choices;
  const { message, index, ...rest } = choice;
  const wrong: unknown[] = [
    { ...answer, created: "today" },
    { ...answer, object: "chat" },
    { ...answer, unknown: 1 },
    { ...answer, choices: [rest] },
    { ...answer, choices: [{ ...choice, finish_reason: null }] },
    { ...answer, choices: [{ ...choice, message: { ...message, tool_calls: [{ id: "1" }] } }] },
    { ...answer, choices: [{ ...choice, message: { ...message, tokens: 1 } }] },
  ];
  for (const value of wrong) expect(() => check("CreateChatCompletionResponse", value)).toThrow("Not a Create");
  expect(() => checkEvent({ type: "response.queued" })).toThrow("No event");
  expect(index).toBe(0);
});
