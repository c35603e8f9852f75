import { describe, expect, test } from "bun:test";
import { EngineError } from "../../src/contracts/generation.ts";
import { GrammarError, type GrammarSource, type Grammars } from "../../src/contracts/grammar.ts";
import { errorAnswer, responseAnswer, responseEvent } from "../../src/http/answer_schemas.ts";
import { type Harness, harness, saying } from "./harness.ts";
import { scripted, weather } from "./tools_harness.ts";

const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
const tool = { type: "function", ...weather.function, strict: null } as const;

async function respond({ post }: Harness, body: object, headers: Record<string, string> = {}) {
  const response = await post("/v1/responses", body, headers);
  expect(response.status).toBe(200);
  return responseAnswer.parse(await response.json());
}

/** The events of a stream, checked, named by their `event` lines, numbered from 0. */
async function stream({ post }: Harness, body: object) {
  const response = await post("/v1/responses", { ...body, stream: true });
  const events = (await response.text())
    .split("\n\n")
    .filter((event) => event !== "")
    .map((text) => {
      const [name, data] = text.split("\n");
      const event = responseEvent.parse(JSON.parse(data!.replace(/^data: /, "")));
      expect(name).toBe(`event: ${event.type}`);
      return event as { type: string; sequence_number: number; [field: string]: unknown };
    });
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, i) => i));
  return events;
}

async function refused({ post }: Harness, body: object, headers: Record<string, string> = {}) {
  const response = await post("/v1/responses", body, headers);
  return { status: response.status, ...errorAnswer.parse(await response.json()).error };
}

const textOf = (tokens: ArrayLike<number>) => String.fromCharCode(...Array.from(tokens));

test("a text is answered with a message", async () => {
  const app = scripted({ says: "It rains." });
  const response = await respond(app, { model: "tiny", input: "hi", instructions: "Be brief.", metadata: { a: "b" } });
  expect(app.prompt()).toBe("<system>Be brief.<user>hi<assistant>");
  expect(response).toMatchObject({
    status: "completed",
    model: "tiny",
    instructions: "Be brief.",
    metadata: { a: "b" },
    output: [{ type: "message", status: "completed", content: [{ type: "output_text", text: "It rains." }] }],
    usage: { input_tokens: 36, input_tokens_details: { cached_tokens: 1 }, output_tokens: 10 },
  });
  expect(response.id).toStartWith("resp_");
});

test("items of a conversation become messages, calls those of the assistant", async () => {
  const app = scripted({ says: "ok" });
  await respond(app, {
    input: [
      { role: "developer", content: "D" },
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_text", text: "a" },
          { type: "input_text", text: "b" },
        ],
      },
      { type: "reasoning", id: "rs_1", summary: [] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "c", annotations: [] }] },
      { type: "function_call", call_id: "1", name: "f", arguments: '{"x": 1}' },
      { type: "function_call", call_id: "2", name: "g", arguments: "{}" },
      { type: "function_call_output", call_id: "1", output: "r" },
    ],
  });
  expect(app.prompt()).toBe('<developer>D<user>a\nb<assistant>cf{"x": 1}g{}<tool>r<assistant>');
});

describe("a stream", () => {
  test("tells a message step by step", async () => {
    const app = scripted({ says: "Hi!" });
    const events = await stream(app, { input: "x" });
    expect(events.map(({ type }) => type.replace("response.", ""))).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    const { response } = events.at(-1) as unknown as { response: { id: string } };
    expect(response).toEqual(await (await app.get(`/v1/responses/${response.id}`)).json());
  });

  test("tells reasoning, text and calls as items of their own, and ends as the same request does unstreamed", async () => {
    const app = scripted({ says: `<think>Hm.</think>So.${CALL}`, reasoning: true });
    const body = { input: "x", tools: [tool], store: false };
    const events = await stream(app, body);
    const done = events.filter(({ type }) => type === "response.output_item.done");
    expect(done.map(({ item }) => item)).toMatchObject([
      { type: "reasoning", content: [{ text: "Hm." }] },
      { type: "message", content: [{ text: "So." }] },
      { type: "function_call", name: "get_weather", arguments: '{"city": "Paris"}' },
    ]);
    expect(done.map(({ output_index }) => output_index)).toEqual([0, 1, 2]);
    const deltas = events.filter(({ type }) => type === "response.function_call_arguments.delta");
    expect(deltas.map(({ delta }) => delta).join("")).toBe('{"city": "Paris"}');
    const whole = await respond(app, body);
    const { response } = events.at(-1) as unknown as { response: typeof whole };
    const withoutIds = (text: string) => text.replace(/"(id|call_id)":"[^"]*"/g, "");
    expect(withoutIds(JSON.stringify(response))).toBe(withoutIds(JSON.stringify(whole)));
    expect(whole.usage!.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
  });

  test("that is cut by its length is incomplete", async () => {
    const events = await stream(harness({ next: saying("abc") }), { input: "x", max_output_tokens: 2 });
    expect(events.at(-1)).toMatchObject({
      type: "response.incomplete",
      response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
    });
  });

  test("that fails says so and is not stored", async () => {
    const app = harness({ delay: 5 });
    setTimeout(() => {
      app.engine.fault = new EngineError("internal", "the device is gone");
    }, 30);
    const events = await stream(app, { input: "x" });
    expect(events.slice(-2)).toMatchObject([
      { type: "error", message: "the device is gone" },
      { type: "response.failed", response: { status: "failed", error: { code: "server_error" } } },
    ]);
    const { response } = events.at(-1) as unknown as { response: { id: string } };
    expect((await app.get(`/v1/responses/${response.id}`)).status).toBe(404);
  });
});

test("log-probabilities come with the text where asked for", async () => {
  const app = harness({ next: saying("ab") });
  const body = { input: "x", max_output_tokens: 3, include: ["message.output_text.logprobs"], top_logprobs: 1 };
  const [item] = (await respond(app, body)).output;
  expect(item?.type === "message" && item.content[0]!.logprobs.map(({ token }) => token)).toEqual(["a", "b", "a"]);
});

test("a response goes on from a stored one, without its instructions", async () => {
  const app = scripted({ says: "Yes." });
  const first = await respond(app, { input: "one", instructions: "I" });
  const second = await respond(app, { input: "two", previous_response_id: first.id });
  expect(app.prompt()).toBe("<user>one<assistant>Yes.<user>two<assistant>");
  expect(second.previous_response_id).toBe(first.id);
  await respond(app, { input: "three", previous_response_id: second.id, store: false });
  expect(app.prompt()).toBe("<user>one<assistant>Yes.<user>two<assistant>Yes.<user>three<assistant>");
});

test("stored responses can be read and deleted by their owner alone", async () => {
  const app = harness({ next: saying("a"), deps: { apiKeys: ["one", "two"] } });
  const [one, two] = ["one", "two"].map((key) => ({ authorization: `Bearer ${key}` }));
  const stored = await respond(app, { input: "x", max_output_tokens: 1 }, one);
  const path = `/v1/responses/${stored.id}`;
  expect(await (await app.get(path, one)).json()).toEqual(stored);
  expect((await app.get(path, two)).status).toBe(404);
  expect(await refused(app, { input: "y", previous_response_id: stored.id }, two)).toMatchObject({
    status: 404,
    param: "previous_response_id",
  });
  const remove = async (headers?: Record<string, string>) =>
    app.app.request(path, { method: "DELETE", headers: headers! });
  expect((await remove(two)).status).toBe(404);
  expect(await (await remove(one)).json()).toEqual({ id: stored.id, object: "response", deleted: true });
  expect((await remove(one)).status).toBe(404);
  const unstored = await respond(app, { input: "x", max_output_tokens: 1, store: false }, one);
  expect((await app.get(`/v1/responses/${unstored.id}`, one)).status).toBe(404);
});

test("sampling fields reach the engine", async () => {
  const app = harness({ next: saying("abc") });
  const sampling = { temperature: 0.5, top_p: 0.9, top_k: 3, seed: 4, stop: "c", logit_bias: { 5: 1 } };
  const { output } = await respond(app, { input: "x", ...sampling });
  expect(output).toMatchObject([{ content: [{ text: "ab" }] }]);
  expect(app.engine.seen[0]!.params).toMatchObject({ temperature: 0.5, topP: 0.9, topK: 3, seed: 4n });
  expect(app.engine.seen[0]!.params.logitBias).toEqual(new Map([[5, 1]]));
  expect(textOf(app.engine.seen[0]!.promptIds)).toBe("<user>x<assistant>");
});

test("what cannot be is a 400 that names the field as it was sent", async () => {
  const app = scripted({ says: "x", maxModelLen: 64 });
  const cases: [object, string][] = [
    [{}, "input"],
    [{ input: [] }, "input"],
    [{ input: [{ role: "user", content: [{ type: "input_image" }] }] }, "input[0].content[0].type"],
    [{ input: [{ role: "tool", content: "x" }] }, "input[0].role"],
    [{ input: [{ type: "item_reference", id: "x" }] }, "input[0].type"],
    [{ input: [{ type: "function_call", call_id: "1", name: "f" }] }, "input[0].arguments"],
    [{ input: "x".repeat(100) }, "input"],
    [{ input: "x", max_output_tokens: 1000 }, "max_output_tokens"],
    [{ input: "x", temperature: -1 }, "temperature"],
    [{ input: "x", tools: [{ type: "web_search" }] }, "tools[0].type"],
    [{ input: "x", tools: [{ ...tool, name: "a b" }] }, "tools[0].name"],
    [{ input: "x", tools: [tool], tool_choice: { type: "function", name: "other" } }, "tool_choice.name"],
    [{ input: "x", truncation: "always" }, "truncation"],
    [{ input: "x", reasoning: { effort: "high" } }, "reasoning.effort"],
    [{ input: "x", include: ["file_search_call.results"] }, "include[0]"],
    [{ input: "x", background: true }, "background"],
    [{ input: "x", conversation: "conv_1" }, "conversation"],
    [{ input: "x", max_tokens: 3 }, "max_tokens"],
    [{ input: "x", stop: [1] }, "stop[0]"],
  ];
  for (const [body, param] of cases) {
    const { status, param: found } = await refused(app, body);
    expect({ body, status, param: found }).toEqual({ body, status: 400, param });
  }
  expect(await refused(app, { input: "x", previous_response_id: "resp_none" })).toMatchObject({ status: 404 });
  expect(app.engine.seen).toEqual([]);
});

test("what is too deep to be written back is refused before anything runs", async () => {
  const app = scripted({ says: "x" });
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const tools = `[{"type": "function", "name": "f", "parameters": {"a": ${deep}}}]`;
  const bodies = [`"tools": ${tools}, "tool_choice": "none"`, `"text": {"format": {"type": "text", "a": ${deep}}}`];
  for (const [i, body] of bodies.entries()) {
    const response = await app.post("/v1/responses", `{"input": "x", ${body}}`);
    const { error } = errorAnswer.parse(await response.json());
    expect(error.param).toBe(["tools[0].parameters", "text.format"][i]!);
  }
  expect(
    (
      await app.post(
        "/v1/responses",
        `{"input": [{"type": "reasoning", "x": ${deep}}, {"role": "user", "content": "x"}]}`,
      )
    ).status,
  ).toBe(200);
  expect(app.engine.seen).toHaveLength(1);
});

test("truncation: auto leaves out the oldest turns that do not fit, and stores them all the same", async () => {
  const app = scripted({ says: "Yes.", maxModelLen: 64 });
  const first = await respond(app, { input: "x".repeat(30), max_output_tokens: 5 });
  const next = { input: "y".repeat(20), max_output_tokens: 5, previous_response_id: first.id, instructions: "S" };
  expect(await refused(app, next)).toMatchObject({ param: "input", code: "context_length_exceeded" });
  const second = await respond(app, { ...next, truncation: "auto" });
  expect(app.prompt()).toBe(`<system>S<user>${"y".repeat(20)}<assistant>`);
  // What was left out of the prompt is still part of what is stored.
  expect((await refused(app, { input: "z", previous_response_id: second.id })).param).toBe("input");
});

test("text.format is the form that chats have as response_format", async () => {
  const asked: GrammarSource[] = [];
  const compile = async (source: GrammarSource) => {
    asked.push(source);
    throw new GrammarError("properties.a", "is odd");
  };
  const app = harness({ serving: { grammars: { compile, close() {} } as Grammars } });
  const schema = { type: "object", properties: { a: { type: "odd" } } };
  const format = { type: "json_schema", name: "n", schema, strict: true };
  expect(await refused(app, { input: "x", text: { format } })).toMatchObject({
    status: 400,
    param: "text.format.schema.properties.a",
    message: "text.format.schema.properties.a: is odd",
  });
  expect(asked).toEqual([{ kind: "json_schema", schema }]);
  expect(await refused(app, { input: "x", text: { format: { type: "json_schema" } } })).toMatchObject({
    param: "text.format.name",
  });
  expect((await respond(app, { input: "x", max_output_tokens: 1, text: { format: { type: "text" } } })).text).toEqual({
    format: { type: "text" },
  });
});
