import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { HermesParser } from "../../../src/text/tool_calls/hermes.ts";
import { cut, cuts, parse, randomCalls, scraps, spelling } from "./harness.ts";

const read = (...pieces: string[]) => parse(new HermesParser(), pieces);
const call = (name: string, text: string, complete = true) => ({ name, arguments: text, complete });

describe("hermes", () => {
  test("reads what Qwen 3 writes", () => {
    const text =
      'Let me see.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}\n</tool_call>\n' +
      '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>\n';
    expect(read(text)).toEqual({
      content: "Let me see.",
      calls: [call("get_weather", '{"city": "Paris", "days": 2}'), call("now", "{}")],
    });
  });

  test("reads what the bundled model's template writes", () => {
    expect(read('<tool_call>\n{"name": "f", "arguments": {"q": "a"}}\n</tool_call>')).toEqual({
      content: "",
      calls: [call("f", '{"q": "a"}')],
    });
  });

  test("arguments may come before the name, others are read over, the closing marker may be missing", () => {
    expect(read('<tool_call>{"arguments": {"a": {"b": "}"}}, "name": "f"}<tool_call>{"name":"g",')).toEqual({
      content: '<tool_call>{"name":"g",',
      calls: [call("f", '{"a": {"b": "}"}}')],
    });
    expect(read('<tool_call>{"id": 7, "name": "f", "sure": [true], "arguments": {}}<tool_call>').calls).toEqual([
      call("f", "{}"),
    ]);
  });

  test("what is no call is content, to the last character", () => {
    const texts = [
      " just text with a < and a <tool",
      "<tool_call>",
      "<tool_call>\n get_weather\n</tool_call>",
      '<tool_call>{"name": "f"}</tool_call>',
      '<tool_call>{"name": "", "arguments": {}}',
      '<tool_call>{"name": "f", "arguments": "{}"}',
      '<tool_call>{"name": 3, "arguments": {}}',
      '<tool_call>{"thought": 1, "name": "f", "arguments": {}}',
      "<tool_call>{'name': 'f'}</tool_call> ",
      '<tool_call>\n{"name": "f',
      "<<tool_call<tool_call>[]",
    ];
    for (const text of texts) expect(read(text)).toEqual({ content: text, calls: [] });
  });

  test("arguments that break off stay as they are; what cannot belong to them is content", () => {
    expect(read('<tool_call>{"name": "f", "arguments": {"a": "b')).toEqual({
      content: "",
      calls: [call("f", '{"a": "b', false)],
    });
    expect(read('<tool_call>{"name": "f", "arguments": {"a": b}}\n</tool_call>')).toEqual({
      content: "b}}\n</tool_call>",
      calls: [call("f", '{"a": ', false)],
    });
    expect(read('<tool_call>{"name": "f", "arguments": {"a": b <tool_call>{"name": "g", "arguments": {}}')).toEqual({
      content: "b",
      calls: [call("f", '{"a": ', false), call("g", "{}")],
    });
  });

  test("arguments are passed on as they come, and only what may be a marker is held back", () => {
    const parser = new HermesParser();
    expect(parser.push("a b <tool")).toEqual([{ type: "content", text: "a b" }]);
    expect(parser.push("box>")).toEqual([{ type: "content", text: " <toolbox>" }]);
    expect(parser.push('<tool_call>\n{"name": "f", "arguments"')).toEqual([]);
    expect(parser.push(': {"a')).toEqual([
      { type: "call", index: 0, name: "f" },
      { type: "arguments", index: 0, text: '{"a' },
    ]);
    expect(parser.push('": 1}')).toEqual([
      { type: "arguments", index: 0, text: '": 1}' },
      { type: "end", index: 0 },
    ]);
    expect(parser.push("}\n</tool_call>\n")).toEqual([]);
    expect(parser.flush()).toEqual([]);
  });

  test("any cut of a text gives the same as the whole", () => {
    fc.assert(
      fc.property(scraps(["<tool_call>", "</tool_call>"]), cuts, (text, places) => {
        expect(read(...cut(text, places))).toEqual(read(text));
      }),
      { numRuns: 1000 },
    );
  });

  test("random calls come back, and the text around them", () => {
    fc.assert(
      fc.property(randomCalls, spelling, fc.constantFrom("", "Well."), cuts, (calls, spell, before, places) => {
        const blocks = calls.map((each) => `<tool_call>\n${spell(each)}\n</tool_call>`);
        const parsed = read(...cut([before, ...blocks].join("\n"), places));
        expect(parsed.content).toBe(before);
        expect(parsed.calls.map(({ complete }) => complete)).toEqual(calls.map(() => true));
        const decoded = parsed.calls.map((each) => ({ name: each.name, arguments: JSON.parse(each.arguments) }));
        expect(JSON.stringify(decoded)).toBe(JSON.stringify(calls));
      }),
    );
  });

  test("nothing is lost: names, arguments and content are in the text, and a text without calls comes out whole", () => {
    fc.assert(
      fc.property(scraps(["<tool_call>", "</tool_call>"]), (text) => {
        const { content, calls } = read(text);
        if (calls.length === 0) expect(content).toBe(text);
        for (const each of calls) expect(text).toContain(each.arguments);
        const spent = calls.reduce((sum, each) => sum + each.arguments.length, content.length);
        expect(spent).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("a long text that keeps beginning calls takes linear time", () => {
    const text = '<tool_call>{"name": "'.repeat(20_000);
    const start = performance.now();
    expect(read(text).content).toBe(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
