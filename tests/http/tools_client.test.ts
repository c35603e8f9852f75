import { afterAll, expect, test } from "bun:test";
import OpenAI from "openai";
import { messages, scripted, weather } from "./tools_harness.ts";

const SAYS = 'One moment.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';

/** Calls the tool, and once there is a result, speaks. */
const { app } = scripted({
  says: SAYS,
  next: ({ promptIds }, position) => {
    const answered = Buffer.from(Array.from(promptIds)).includes("<tool>");
    return Buffer.from(answered ? "It rains." : SAYS)[position] ?? 256;
  },
});
const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: app.fetch });
afterAll(() => server.stop(true));
const client = new OpenAI({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "none", maxRetries: 0 });
const request = { model: "tiny", messages, tools: [weather] };

test("the OpenAI client puts a streamed call together", async () => {
  const stream = client.chat.completions.stream(request);
  const finished: string[] = [];
  stream.on("tool_calls.function.arguments.done", ({ name, arguments: text }) => finished.push(name, text));
  const { choices } = await stream.finalChatCompletion();
  expect(choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: {
      content: "One moment.",
      tool_calls: [{ type: "function", function: { name: "get_weather", arguments: '{"city": "Paris"}' } }],
    },
  });
  expect(finished).toEqual(["get_weather", '{"city": "Paris"}']);
});

for (const stream of [false, true]) {
  test(`the OpenAI client runs the tool and gets the answer, ${stream ? "streamed" : "whole"}`, async () => {
    const asked: unknown[] = [];
    const run = (args: { city: string }) => {
      asked.push(args);
      return "rain";
    };
    const tool = { ...weather, function: { ...weather.function, parse: JSON.parse, function: run } };
    const body = { model: "tiny", messages: [...messages], tools: [tool] };
    const runner = stream
      ? client.chat.completions.runTools({ ...body, stream: true })
      : client.chat.completions.runTools(body);
    expect(await runner.finalContent()).toBe("It rains.");
    expect(asked).toEqual([{ city: "Paris" }]);
  });
}
