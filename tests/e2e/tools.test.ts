import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { bundledModel } from "../../src/cli/bundled_model.ts";
import { type ServerProcess, startServer } from "./server_process.ts";

const directory = await bundledModel().catch((error: Error) => {
  console.warn(`skipped: ${error.message}`);
  return null;
});

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const description = "Get the current weather in a city.";
const tools = [{ type: "function" as const, function: { name: "get_weather", description, parameters } }];
const question = { role: "user" as const, content: "What is the weather in Paris?" };

/** What the model says is its own; how it is taken apart is not. */
describe.skipIf(!directory)("octavo serve with the bundled model, on the reference device", () => {
  let server: ServerProcess;
  let client: OpenAI;
  const ask = { model: "", temperature: 0, max_tokens: 64, tools };

  beforeAll(async () => {
    server = await startServer("bun", directory!, "--device", "reference", "--kv-cache-memory", "32M");
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
    ask.model = (await client.models.list()).data[0]!.id;
  }, 240_000);

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  test("a call, whole and streamed, and the answer to its result", async () => {
    const { choices } = await client.chat.completions.create({ ...ask, messages: [question] });
    const { message, finish_reason } = choices[0]!;
    const calls = message.tool_calls ?? [];
    expect(message.content ?? "").not.toContain("<tool_call>");
    expect(finish_reason === "tool_calls").toBe(calls.length > 0);
    for (const call of calls) {
      if (call.type !== "function") throw new Error(`an unknown type of call: ${call.type}`);
      expect(call.function.name.length).toBeGreaterThan(0);
      expect(JSON.parse(call.function.arguments)).toBeObject();
    }

    const stream = client.chat.completions.stream({ ...ask, messages: [question] });
    const streamed = (await stream.finalChatCompletion()).choices[0]!;
    expect(streamed.finish_reason).toBe(finish_reason);
    expect(streamed.message.content || null).toBe(message.content);
    expect((streamed.message.tool_calls ?? []).map((call) => call.type === "function" && pair(call.function))).toEqual(
      calls.map((call) => call.type === "function" && pair(call.function)),
    );

    const results = calls.map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "Sunny, 21 degrees." }));
    const told = await client.chat.completions.create({ ...ask, messages: [question, message, ...results] });
    expect(told.usage!.prompt_tokens).toBeGreaterThan(streamed.message.tool_calls?.length ? 60 : 20);
    expect(told.choices[0]!.message.content).toBeString();
  }, 240_000);

  test("none is called where none may be", async () => {
    const { choices } = await client.chat.completions.create({ ...ask, messages: [question], tool_choice: "none" });
    expect(choices[0]!.message.tool_calls).toBeUndefined();
    expect(choices[0]!.message.content).toBeString();
  }, 240_000);
});

function pair({ name, arguments: text }: { name: string; arguments: string }) {
  return [name, text];
}
