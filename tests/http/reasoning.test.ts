import { describe, expect, test } from "bun:test";
import { events } from "./harness.ts";
import { messages, type Script, scripted, weather } from "./tools_harness.ts";

const PATH = "/v1/chat/completions";
const OPENED = "{% if tools %}{{ tools }}{% endif %}{{ messages[0].content }}<assistant><think>\n";

async function choiceOf(script: Script, body: object = {}) {
  return (await (await scripted({ reasoning: true, ...script }).post(PATH, { messages, ...body })).json()).choices[0];
}

describe("reasoning", () => {
  test("is split from the content", async () => {
    const { message, finish_reason } = await choiceOf({ says: "<think>\nHm.\n</think>\n\nHello." });
    expect(message).toEqual({ role: "assistant", content: "Hello.", refusal: null, reasoning_content: "Hm." });
    expect(finish_reason).toBe("stop");
  });

  test("streams as deltas of its own", async () => {
    const { post } = scripted({ reasoning: true, says: "<think>\nHm.\n</think>\n\nHi" });
    const chunks = await events(await post(PATH, { messages, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0].delta)).toEqual([
      { role: "assistant", content: "" },
      { reasoning_content: "H" },
      { reasoning_content: "m" },
      { reasoning_content: "." },
      { content: "H" },
      { content: "i" },
      {},
    ]);
  });

  test("may begin in the prompt, with markers that are special tokens", async () => {
    const script = { says: "Hm.</think>Hello.", markers: ["<think>", "</think>"], template: OPENED };
    expect((await choiceOf(script)).message).toMatchObject({ content: "Hello.", reasoning_content: "Hm." });
    const cut = await choiceOf(script, { max_tokens: 2 });
    expect(cut).toMatchObject({ finish_reason: "length", message: { content: null, reasoning_content: "Hm" } });
  });

  test("comes before a tool call, and what it says of calls is not one", async () => {
    const call = '<tool_call>{"name": "get_weather", "arguments": {}}</tool_call>';
    const says = `<think>Maybe ${call}?</think>\n\n${call}`;
    const { message, finish_reason } = await choiceOf({ says }, { tools: [weather] });
    expect(message).toMatchObject({ content: null, reasoning_content: `Maybe ${call}?` });
    expect(message.tool_calls.length).toBe(1);
    expect(finish_reason).toBe("tool_calls");
  });

  test("is left in the text where the server does not split it, and in completions", async () => {
    const says = "<think>Hm.</think>Hello.";
    expect((await choiceOf({ says, reasoning: false })).message).toEqual({
      role: "assistant",
      content: says,
      refusal: null,
    });
    const { choices } = await (
      await scripted({ says, reasoning: true }).post("/v1/completions", { prompt: "a", max_tokens: 100 })
    ).json();
    expect(choices[0].text).toBe(says);
  });

  test("goes back to the template with the message", async () => {
    const app = scripted({ says: "", reasoning: true, template: "{{ messages[0].reasoning_content }}" });
    await app.post(PATH, { messages: [{ role: "assistant", content: "Hello.", reasoning_content: "Hm." }] });
    expect(app.prompt()).toBe("Hm.");
  });
});
