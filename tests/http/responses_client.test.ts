import { afterAll, expect, test } from "bun:test";
import OpenAI from "openai";
import { scripted, weather } from "./tools_harness.ts";

const SAYS = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';

/** Calls the tool, and once there is a result, speaks. */
const { app } = scripted({
  says: SAYS,
  next: ({ promptIds }, position) => {
    const prompt = Buffer.from(Array.from(promptIds));
    const says = prompt.includes("<tool>") || !prompt.includes("get_weather") ? "It rains." : SAYS;
    return Buffer.from(says)[position] ?? 256;
  },
});
const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: app.fetch });
afterAll(() => server.stop(true));
const client = new OpenAI({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "none", maxRetries: 0 });
const tools = [{ type: "function" as const, ...weather.function, strict: false }];

test("the OpenAI client reads, streams, stores and deletes responses", async () => {
  const { id, output_text } = await client.responses.create({ model: "tiny", input: "hi" });
  expect(output_text).toBe("It rains.");
  const stream = client.responses.stream({ model: "tiny", input: "and?", previous_response_id: id });
  let text = "";
  stream.on("response.output_text.delta", ({ delta }) => {
    text += delta;
  });
  expect((await stream.finalResponse()).output_text).toBe("It rains.");
  expect(text).toBe("It rains.");
  expect((await client.responses.retrieve(id)).output_text).toBe("It rains.");
  await client.responses.delete(id);
  const gone = client.responses.retrieve(id);
  await expect(Promise.resolve(gone)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
});

for (const stream of [true, false]) {
  test(`the OpenAI client calls a tool and gets the answer, ${stream ? "streamed" : "whole"}`, async () => {
    const ask = async (body: { input: OpenAI.Responses.ResponseInput; previous_response_id?: string }) => {
      const request = { model: "tiny", tools, ...body };
      return stream ? client.responses.stream(request).finalResponse() : client.responses.create(request);
    };
    const first = await ask({ input: [{ role: "user", content: "hi" }] });
    const [call] = first.output;
    if (call?.type !== "function_call") throw new Error("no call");
    expect([call.name, call.arguments]).toEqual(["get_weather", '{"city": "Paris"}']);
    const output = { type: "function_call_output" as const, call_id: call.call_id, output: "rain" };
    const second = await ask({ input: [output], previous_response_id: first.id });
    expect(second.output_text).toBe("It rains.");
    const { type, name, call_id, arguments: text } = call;
    const again = await ask({
      input: [{ role: "user", content: "hi" }, { type, name, call_id, arguments: text }, output],
    });
    expect(again.output_text).toBe("It rains.");
  });
}
