import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ToolCallFormatName } from "../../src/text/tool_calls/format.ts";
import { events } from "./harness.ts";
import { messages, type Script, scripted, weather } from "./tools_harness.ts";

const PATH = "/v1/chat/completions";
const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Pa\\u0072is {"}}\n</tool_call>';
const ARGUMENTS = '{"city": "Pa\\u0072is {"}';

async function choiceOf(script: Script, body: object = {}) {
  const response = await scripted(script).post(PATH, { messages, tools: [weather], ...body });
  expect(response.status).toBe(200);
  return (await response.json()).choices[0];
}

/** What a client puts together from a stream. */
async function streamed(script: Script, body: object = {}) {
  const response = await scripted(script).post(PATH, { messages, tools: [weather], stream: true, ...body });
  const chunks = (await events(response)).map((chunk) => chunk.choices[0]);
  let content = "";
  // biome-ignore lint/suspicious/noExplicitAny: what a delta looks like is for the tests to say
  const calls: any[] = [];
  for (const { delta } of chunks) {
    content += delta.content ?? "";
    for (const { index, ...part } of delta.tool_calls ?? []) {
      if (part.id === undefined) calls[index].function.arguments += part.function.arguments;
      else calls[index] = structuredClone(part);
    }
  }
  return { chunks, content, calls, finish: chunks.at(-1).finish_reason };
}

describe("a tool call", () => {
  test("comes as OpenAI's message, with null for content", async () => {
    const choice = await choiceOf({ says: CALL });
    expect(choice.message.tool_calls[0].id).toMatch(/^call_[0-9A-Za-z]{24}$/);
    const [{ id }] = choice.message.tool_calls;
    expect(choice.message).toEqual({
      role: "assistant",
      content: null,
      refusal: null,
      tool_calls: [{ id, type: "function", function: { name: "get_weather", arguments: ARGUMENTS } }],
    });
    expect(choice).toMatchObject({ finish_reason: "tool_calls", stop_reason: null });
  });

  test("streams: the role, then id and name, then pieces of the arguments, then the reason", async () => {
    const { chunks, content, calls, finish } = await streamed({ says: CALL });
    const deltas = chunks.map(({ delta }) => delta);
    expect(deltas[0]).toEqual({ role: "assistant", content: "" });
    const { id } = deltas[1].tool_calls[0];
    expect(deltas[1]).toEqual({
      tool_calls: [{ index: 0, id, type: "function", function: { name: "get_weather", arguments: "{" } }],
    });
    expect(deltas[2]).toEqual({ tool_calls: [{ index: 0, function: { arguments: '"' } }] });
    expect(deltas.at(-1)).toEqual({});
    expect(deltas.length).toBe(2 + ARGUMENTS.length);
    expect({ content, calls, finish }).toEqual({
      content: "",
      calls: [{ id, type: "function", function: { name: "get_weather", arguments: ARGUMENTS } }],
      finish: "tool_calls",
    });
    expect(chunks.slice(0, -1).every(({ finish_reason }) => finish_reason === null)).toBe(true);
  });

  test("goes beside content, and beside other calls with ids of their own", async () => {
    const says = `One moment.\n${CALL}\n${CALL}`;
    const { message } = await choiceOf({ says });
    expect(message.content).toBe("One moment.");
    const names = message.tool_calls.map((call: { function: object }) => call.function);
    expect(names).toEqual([1, 2].map(() => ({ name: "get_weather", arguments: ARGUMENTS })));
    expect(message.tool_calls[0].id).not.toBe(message.tool_calls[1].id);
    const { content, calls } = await streamed({ says });
    expect(content).toBe("One moment.");
    expect(calls.map((call) => call.function)).toEqual(names);
  });

  const formats: [ToolCallFormatName, string[], string, RegExp][] = [
    ["hermes", [], CALL, /^call_\w{24}$/],
    ["hermes", ["<tool_call>", "</tool_call>"], CALL, /^call_\w{24}$/],
    [
      "llama3_json",
      ["<|python_tag|>"],
      `<|python_tag|>{"name": "get_weather", "parameters": ${ARGUMENTS}}`,
      /^call_\w{24}$/,
    ],
    [
      "mistral",
      ["[TOOL_CALLS]", "[ARGS]"],
      `[TOOL_CALLS][{"name": "get_weather", "arguments": ${ARGUMENTS}}]`,
      /^[0-9A-Za-z]{9}$/,
    ],
    ["mistral", ["[TOOL_CALLS]", "[ARGS]"], `[TOOL_CALLS]get_weather[ARGS]${ARGUMENTS}`, /^[0-9A-Za-z]{9}$/],
  ];
  for (const [format, markers, says, id] of formats) {
    test(`is read in ${format}'s form${markers.length > 0 ? " with special tokens" : ""}: ${says.split("{")[0]!.trim()}`, async () => {
      const { message } = await choiceOf({ says, format, markers });
      expect(message.content).toBeNull();
      expect(message.tool_calls).toMatchObject([{ function: { name: "get_weather", arguments: ARGUMENTS } }]);
      expect(message.tool_calls[0].id).toMatch(id);
      const { calls, finish } = await streamed({ says, format, markers });
      expect(calls).toMatchObject([{ function: { name: "get_weather", arguments: ARGUMENTS } }]);
      expect(finish).toBe("tool_calls");
    });
  }

  test("that is none is content, and special tokens other than markers stay out of it", async () => {
    const says = "[TOOL_CALLS]<s>nothing";
    const { message, finish_reason } = await choiceOf({ says, format: "mistral", markers: ["[TOOL_CALLS]", "<s>"] });
    expect(message).toEqual({ role: "assistant", content: "[TOOL_CALLS]nothing", refusal: null });
    expect(finish_reason).toBe("stop");
  });

  test("cut by max_tokens or a stop string is given as far as it goes, and not as one to run", async () => {
    const cut = await choiceOf({ says: CALL }, { max_tokens: 50 });
    expect(cut.finish_reason).toBe("length");
    expect(ARGUMENTS.startsWith(cut.message.tool_calls[0].function.arguments)).toBe(true);
    const stopped = await choiceOf({ says: CALL }, { stop: "is {" });
    expect(stopped).toMatchObject({ finish_reason: "stop", stop_reason: "is {" });
    expect(stopped.message.tool_calls[0].function.arguments).toBe('{"city": "Pa\\u0072');
  });

  test("is the only one with parallel_tool_calls: false, and the model is stopped after it", async () => {
    const script = { says: `Well. ${CALL}\n${CALL} and more` };
    const app = scripted(script);
    const body = { messages, tools: [weather], parallel_tool_calls: false };
    const { choices, usage } = await (await app.post(PATH, body)).json();
    expect(choices[0].message).toMatchObject({
      content: "Well.",
      tool_calls: [{ function: { arguments: ARGUMENTS } }],
    });
    expect(choices[0].message.tool_calls.length).toBe(1);
    expect(choices[0].finish_reason).toBe("tool_calls");
    expect(usage.completion_tokens).toBe(script.says.indexOf("}}") + 1);
    await app.engine.idle();
    expect(app.engine.cancelled).toBe(1);
    const { calls, finish } = await streamed(script, { parallel_tool_calls: false });
    expect([calls.length, finish]).toEqual([1, "tool_calls"]);
  });

  test("is counted with its markup, and every choice has its own", async () => {
    const app = scripted({ says: CALL });
    const { choices, usage } = await (await app.post(PATH, { messages, tools: [weather], n: 3 })).json();
    expect(usage.completion_tokens).toBe(3 * (CALL.length + 1));
    const ids = choices.map(
      (choice: { message: { tool_calls: { id: string }[] } }) => choice.message.tool_calls[0]!.id,
    );
    expect(new Set(ids).size).toBe(3);
    expect(await (await app.get("/metrics")).text()).toMatch(/request_success_total\{[^}]*"stop"[^}]*\} 3/);
  });
});

describe("the prompt", () => {
  test("shows the tools, and calls with their arguments as objects", async () => {
    const { post, prompt } = scripted({ says: "It rains." });
    const call = { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Paris"}' } };
    const talk = [
      ...messages,
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: "rain" },
    ];
    const { choices } = await (await post(PATH, { messages: talk, tools: [weather] })).json();
    expect(choices[0]).toMatchObject({ message: { content: "It rains." }, finish_reason: "stop" });
    const shown = JSON.stringify(weather).replaceAll(/(?<=[:,])/g, " ");
    expect(prompt().replaceAll(" ", "")).toBe(
      `${shown}<user>hi<assistant>get_weather{"city":"Paris"}<tool>rain<assistant>`.replaceAll(" ", ""),
    );
  });

  test("does not show them where none may be called, and the answer is not taken apart", async () => {
    const app = scripted({ says: CALL });
    const { choices } = await (await app.post(PATH, { messages, tools: [weather], tool_choice: "none" })).json();
    expect(app.prompt()).toBe("<user>hi<assistant>");
    expect(choices[0]).toMatchObject({ message: { content: CALL }, finish_reason: "stop" });
    expect((await app.post(PATH, { messages, tools: [], tool_choice: "auto" })).status).toBe(200);
  });

  test("/tokenize counts the tools, too", async () => {
    const app = scripted({ says: "" });
    const count = async (body: object) => (await (await app.post("/tokenize", { messages, ...body })).json()).count;
    expect(await count({ tools: [weather] })).toBeGreaterThan((await count({})) + 100);
  });
});

describe("is refused, naming the field:", () => {
  const named = (name: string) => ({ type: "function", function: { name } });
  const tool = (fields: object) => ({ tools: [{ type: "function", function: { name: "f", ...fields } }] });
  const called = (fields: object) => ({
    messages: [{ role: "assistant", content: null, tool_calls: [{ id: "a", type: "function", ...fields }] }],
  });
  const tools = [weather];
  const cases: [string, object, string, string | null][] = [
    ["required without tools", { tool_choice: "required" }, "tool_choice", null],
    ["a tool that is not there", { tools, tool_choice: named("f") }, "tool_choice.function.name", null],
    ["a choice that is none", { tools, tool_choice: "some" }, "tool_choice", null],
    ["strict arguments", tool({ strict: true }), "tools[0].function.strict", "unsupported_parameter"],
    ["another type", { tools: [{ type: "web_search" }] }, "tools[0].type", null],
    ["a name with spaces", tool({ name: "get weather" }), "tools[0].function.name", null],
    ["a name twice", { tools: [weather, weather] }, "tools[1].function.name", null],
    ["parameters that are no object", tool({ parameters: [] }), "tools[0].function.parameters", null],
    ["an unknown field of a tool", tool({ arguments: {} }), "tools[0].function.arguments", null],
    ["too many", { tools: Array.from({ length: 129 }, () => weather) }, "tools", null],
    [
      "arguments that are not JSON",
      called({ function: { name: "f", arguments: "{" } }),
      "messages[0].tool_calls[0].function.arguments",
      null,
    ],
    [
      "arguments that are a list",
      called({ function: { name: "f", arguments: "[]" } }),
      "messages[0].tool_calls[0].function.arguments",
      null,
    ],
    ["a call without a name", called({ function: { arguments: "" } }), "messages[0].tool_calls[0].function.name", null],
    [
      "a user who calls",
      { messages: [{ role: "user", content: "a", tool_calls: [{ function: { name: "f", arguments: "" } }] }] },
      "messages[0].tool_calls",
      null,
    ],
    [
      "the old form",
      { messages: [{ role: "assistant", function_call: { name: "f", arguments: "" } }] },
      "messages[0].function_call",
      null,
    ],
    ["functions", { functions: [{ name: "f" }] }, "functions", "unsupported_parameter"],
  ];
  for (const [name, body, param, code] of cases) {
    test(name, async () => {
      const response = await scripted({ says: "" }).post(PATH, { messages, ...body });
      expect(response.status).toBe(400);
      const { error } = await response.json();
      expect(error).toMatchObject({ param, code });
      expect(error.message).toStartWith(param);
    });
  }

  test("tools where no format is known, or the template does not show them", async () => {
    for (const script of [
      { says: "", format: null },
      { says: "", template: "{{ messages[0].content }}" },
    ]) {
      const app = scripted(script);
      const { error } = await (await app.post(PATH, { messages, tools })).json();
      expect(error).toMatchObject({ param: "tools", code: "unsupported_parameter" });
      expect((await app.post(PATH, { messages, tools, tool_choice: "none" })).status).toBe(200);
    }
  });
});

test("random tools and histories: never a 5xx, nothing left live", async () => {
  const app = scripted({ says: CALL, reasoning: true });
  const mostly = <T>(sane: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 12, arbitrary: sane }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
  const call = fc.record({
    id: mostly(fc.string()),
    type: mostly(fc.constant("function")),
    function: fc.record({
      name: mostly(fc.constant("f")),
      arguments: mostly(fc.dictionary(fc.string(), fc.json()).map((members) => JSON.stringify(members))),
    }),
  });
  const content = mostly(fc.string());
  const message = fc.oneof(
    fc.record({ role: fc.constant("user"), content }),
    fc.record({ role: fc.constant("tool"), content, tool_call_id: mostly(fc.string()) }),
    fc.record({ role: fc.constant("assistant"), tool_calls: mostly(fc.array(call, { maxLength: 2 })) }),
  );
  const bodies = fc.record(
    {
      messages: fc.array(message, { minLength: 1, maxLength: 3 }),
      tools: mostly(fc.constant([weather])),
      tool_choice: mostly(fc.constantFrom("auto", "none")),
      parallel_tool_calls: mostly(fc.boolean()),
      stream: fc.boolean(),
    },
    { requiredKeys: ["messages"] },
  );
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const response = await app.post(PATH, { max_tokens: 3, ...body });
      const text = await response.text();
      statuses.add(response.status);
      expect([200, 400]).toContain(response.status);
      expect(app.engine.live.size).toBe(0);
      if (response.status === 400) expect(JSON.parse(text).error.param).not.toBeNull();
    }),
    { numRuns: 100 },
  );
  expect([...statuses].sort()).toEqual([200, 400]);
});
