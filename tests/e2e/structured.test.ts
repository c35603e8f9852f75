import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import Ajv from "ajv";
import OpenAI from "openai";
import { bundledModel } from "../../src/cli/bundled_model.ts";
import { type ServerProcess, startServer } from "./server_process.ts";

const directory = await bundledModel().catch((error: Error) => {
  console.warn(`skipped: ${error.message}`);
  return null;
});

const person = {
  type: "object",
  properties: { name: { type: "string", maxLength: 40 }, age: { type: "integer", minimum: 0, maximum: 150 } },
  required: ["name", "age"],
  additionalProperties: false,
};
const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "Get the current weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string", maxLength: 30 } }, required: ["city"] },
  },
};

/** What the model says is its own; its form is not. */
describe.skipIf(!directory)("octavo serve keeps the bundled model to a form, on the reference device", () => {
  let server: ServerProcess;
  let client: OpenAI;
  const ask = { model: "", temperature: 1, seed: 7, max_tokens: 200 };
  const question = [{ role: "user" as const, content: "Anna is 31 years old. Give her name and age as JSON." }];

  beforeAll(async () => {
    server = await startServer("bun", directory!, "--device", "reference", "--kv-cache-memory", "32M");
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
    ask.model = (await client.models.list()).data[0]!.id;
  }, 240_000);

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  test("json_schema: every answer is valid, streamed like whole", async () => {
    const response_format = {
      type: "json_schema" as const,
      json_schema: { name: "person", schema: person, strict: true },
    };
    const { choices } = await client.chat.completions.create({ ...ask, messages: question, response_format, n: 3 });
    const isPerson = new Ajv().compile(person);
    for (const { message, finish_reason } of choices) {
      expect(finish_reason).toBe("stop");
      expect(isPerson(JSON.parse(message.content!))).toBe(true);
    }
    const stream = client.chat.completions.stream({ ...ask, messages: question, response_format });
    expect((await stream.finalChatCompletion()).choices[0]!.message.content).toBe(choices[0]!.message.content);
  }, 240_000);

  test("a call that is required is made, and only such calls as are allowed", async () => {
    const messages = [{ role: "user" as const, content: "Say hello." }];
    for (const tool_choice of ["required" as const, { type: "function" as const, function: { name: "get_weather" } }]) {
      const { choices } = await client.chat.completions.create({ ...ask, messages, tools: [weather], tool_choice });
      const [call] = choices[0]!.message.tool_calls!;
      expect(choices[0]!.finish_reason).toBe("tool_calls");
      if (call?.type !== "function") throw new Error("no function is called");
      expect(call.function.name).toBe("get_weather");
      expect(JSON.parse(call.function.arguments).city).toBeString();
    }
  }, 240_000);

  test("choice and regex", async () => {
    const extra = (structured_outputs: object) => ({ ...ask, messages: question, structured_outputs });
    const [yes, code] = await Promise.all([
      client.chat.completions.create(extra({ choice: ["yes", "no"] })),
      client.chat.completions.create(extra({ regex: "[A-Z]{2}-[0-9]{3}" })),
    ]);
    expect(["yes", "no"]).toContain(yes.choices[0]!.message.content!);
    expect(code.choices[0]!.message.content).toMatch(/^[A-Z]{2}-[0-9]{3}$/);
  }, 240_000);
});
