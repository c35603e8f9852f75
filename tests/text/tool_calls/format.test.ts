import { expect, test } from "bun:test";
import { detectReasoning, detectToolCalls } from "../../../src/text/tool_calls/format.ts";

const none = () => false;
const tools = "{% if tools %}{{ tools | tojson }}{% endif %}";

test("the format is the one whose marker the template writes", () => {
  const name = (template: string, hasToken = none as (token: string) => boolean) =>
    detectToolCalls(template, hasToken)?.name ?? null;
  expect(name(`${tools}<tool_call>{{ call }}</tool_call>`)).toBe("hermes");
  expect(name(`${tools}[TOOL_CALLS] [{{ call }}]`)).toBe("mistral");
  expect(name(`${tools}<|python_tag|>{{ call }}`)).toBe("llama3_json");
  expect(name(tools, (token) => token === "<|python_tag|>")).toBe("llama3_json");
  expect(name(tools, (token) => token === "[TOOL_CALLS]")).toBe("mistral");
  expect(name(tools)).toBeNull();
});

test("a template without tools, or with calls that are not JSON, has none", () => {
  expect(detectToolCalls("{{ messages }}", () => true)).toBeNull();
  expect(detectToolCalls(`${tools}<tool_call>\n<function={{ name }}>`, () => true)).toBeNull();
  expect(detectToolCalls(`${tools}<tool_call>{{ name }}<arg_key>`, () => true)).toBeNull();
});

test("a model reasons where its template or its vocabulary closes a thought", () => {
  expect(detectReasoning("{{ content.split('</think>')[-1] }}", none)).toBe(true);
  expect(detectReasoning("", (token) => token === "</think>")).toBe(true);
  expect(detectReasoning(tools, none)).toBe(false);
});
