import { describe, expect, test } from "bun:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, isStepCount, streamText, tool } from "ai";
import { z } from "zod";
import { harness, saying } from "../http/harness.ts";
import { scripted } from "../http/tools_harness.ts";
import { listen } from "./listen.ts";

const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';

function provider(app: Parameters<typeof listen>[0]) {
  return createOpenAICompatible({ name: "octavo", baseURL: listen(app), apiKey: "k", includeUsage: true });
}

describe("the AI SDK", () => {
  const octavo = provider(harness({ next: saying("Once upon a 🐱. "), deps: { apiKeys: ["k"] } }).app);

  test("generates text", async () => {
    const { text, finishReason, usage } = await generateText({
      model: octavo("tiny"),
      prompt: "A story!",
      maxOutputTokens: 16,
    });
    expect([text, finishReason, usage.outputTokens]).toEqual(["Once upon a 🐱", "length", 16]);
  });

  test("streams text, with usage at the end", async () => {
    const result = streamText({ model: octavo("tiny"), prompt: "A story!", maxOutputTokens: 16, temperature: 0 });
    let text = "";
    for await (const piece of result.textStream) text += piece;
    expect(text).toBe("Once upon a 🐱");
    expect((await result.usage).outputTokens).toBe(16);
  });

  test("says what was wrong", async () => {
    const failed = generateText({ model: octavo("unknown"), prompt: "x", maxRetries: 0 });
    await expect(failed).rejects.toThrow("unknown");
  });

  test("calls a tool and goes on from its result", async () => {
    const { app } = scripted({
      says: CALL,
      next: ({ promptIds }, position) => {
        const answered = Buffer.from(Array.from(promptIds)).includes("<tool>");
        return Buffer.from(answered ? "It rains." : CALL)[position] ?? 256;
      },
    });
    const asked: string[] = [];
    const weather = tool({
      description: "The weather in a city",
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        asked.push(city);
        return "rain";
      },
    });
    const request = {
      model: provider(app)("tiny"),
      prompt: "What is the weather in Paris?",
      tools: { get_weather: weather },
      stopWhen: isStepCount(3),
    };
    const { text } = await generateText(request);
    expect([text, asked]).toEqual(["It rains.", ["Paris"]]);
    const streamed = streamText(request);
    expect(await streamed.text).toBe("It rains.");
    expect(asked).toEqual(["Paris", "Paris"]);
  });
});
