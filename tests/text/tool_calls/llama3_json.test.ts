import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Llama3JsonParser } from "../../../src/text/tool_calls/llama3_json.ts";
import { cut, cuts, parse, randomCalls, scraps, spelling } from "./harness.ts";

const read = (...pieces: string[]) => parse(new Llama3JsonParser(), pieces);
const call = (name: string, text: string, complete = true) => ({ name, arguments: text, complete });

describe("llama3_json", () => {
  test("reads calls at the beginning, after the tag, and several of them", () => {
    const one = { content: "", calls: [call("f", '{"a": "}"}')] };
    expect(read('{"name": "f", "parameters": {"a": "}"}}')).toEqual(one);
    expect(read('\n<|python_tag|>{"type": "function", "name": "f", "parameters": {"a": "}"}}')).toEqual(one);
    expect(read('{"name": "f", "arguments": {}}; {"name": "g", "parameters": {"n": 1}}')).toEqual({
      content: "",
      calls: [call("f", "{}"), call("g", '{"n": 1}')],
    });
    expect(read('So: <|python_tag|>{"name": "f", "parameters": {}}')).toEqual({
      content: "So:",
      calls: [call("f", "{}")],
    });
  });

  test("other JSON, JSON later in the text and other use of the tag are content", () => {
    const texts = [
      '{"answer": {"name": "f", "parameters": {}}}',
      '{"name": "Bob", "age": 5}',
      '[{"name": "f", "parameters": {}}]',
      'Use {"name": "f", "parameters": {}}',
      "<|python_tag|>print(1)",
      " <|python_tag|> ",
      " {",
    ];
    for (const text of texts) expect(read(text)).toEqual({ content: text, calls: [] });
    expect(read('{"name": "f", "parameters": {}}; done;').content).toBe("; done;");
  });

  test("JSON that is no call is held back no longer than it may be one", () => {
    const parser = new Llama3JsonParser();
    expect(parser.push(' {"ans')).toEqual([]);
    expect(parser.push('wer"')).toEqual([{ type: "content", text: ' {"answer"' }]);
    expect(parser.push(': {"')).toEqual([{ type: "content", text: ': {"' }]);
  });

  test("any cut of a text gives the same as the whole", () => {
    const text = fc
      .tuple(fc.constantFrom("", ' {"name": "h", '), scraps(["<|python_tag|>", "; "]))
      .map(([a, b]) => a + b);
    fc.assert(
      fc.property(text, cuts, (text, places) => {
        const whole = read(text);
        expect(read(...cut(text, places))).toEqual(whole);
        if (whole.calls.length === 0) expect(whole.content).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test("random calls come back", () => {
    fc.assert(
      fc.property(randomCalls, spelling, fc.constantFrom("", "<|python_tag|>"), cuts, (calls, spell, tag, places) => {
        const text = calls.map(({ name, arguments: parameters }) => spell({ name, parameters })).join("; ");
        const parsed = read(...cut(tag + text, places));
        expect(parsed.content).toBe("");
        const decoded = parsed.calls.map((each) => ({ name: each.name, arguments: JSON.parse(each.arguments) }));
        expect(JSON.stringify(decoded)).toBe(JSON.stringify(calls));
      }),
    );
  });
});
