import { describe, expect, test } from "bun:test";
import { ChatOpenAI } from "@langchain/openai";
import { harness, saying } from "../http/harness.ts";
import { scripted, weather } from "../http/tools_harness.ts";
import { listen } from "./listen.ts";

const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';

function chat(app: Parameters<typeof listen>[0], maxTokens: number): ChatOpenAI {
  return new ChatOpenAI({
    model: "tiny",
    apiKey: "k",
    maxTokens,
    maxRetries: 0,
    configuration: { baseURL: listen(app) },
  });
}

describe("LangChain", () => {
  test("invokes and streams", async () => {
    const model = chat(harness({ next: saying("Once upon a 🐱. "), deps: { apiKeys: ["k"] } }).app, 16);
    const message = await model.invoke("A story!");
    expect(message).toMatchObject({ text: "Once upon a 🐱", usage_metadata: { output_tokens: 16 } });
    let streamed = "";
    for await (const chunk of await model.stream("A story!")) streamed += chunk.text;
    expect(streamed).toBe("Once upon a 🐱");
  });

  test("reads tool calls", async () => {
    const { app } = scripted({ says: CALL });
    const model = chat(app, 200).bindTools([weather]);
    const { tool_calls } = await model.invoke("What is the weather in Paris?");
    expect(tool_calls).toMatchObject([{ name: "get_weather", args: { city: "Paris" } }]);
  });
});
