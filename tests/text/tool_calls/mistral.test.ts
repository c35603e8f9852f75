import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MistralParser } from "../../../src/text/tool_calls/mistral.ts";
import { cut, cuts, join, parse, randomCalls, scraps, spelling } from "./harness.ts";

const read = (...pieces: string[]) => parse(new MistralParser(), pieces);
const call = (name: string, text: string, complete = true) => ({ name, arguments: text, complete });

describe("mistral", () => {
  test("reads a list", () => {
    expect(read('[TOOL_CALLS] [{"name": "f", "arguments": {"a": [1]}}, {"name": "g", "arguments": {}}]')).toEqual({
      content: "",
      calls: [call("f", '{"a": [1]}'), call("g", "{}")],
    });
    expect(read('Well. [TOOL_CALLS][{"name": "f", "arguments": {}, "id": "abc123DEF"}] done')).toEqual({
      content: "Well. done",
      calls: [call("f", "{}")],
    });
  });

  test("reads names with arguments, tagged or not", () => {
    expect(
      read('[TOOL_CALLS]f[ARGS]{"a": "{"}[TOOL_CALLS]g.h[CALL_ID]abc123DEF[ARGS] {}[TOOL_CALLS]i{"b": 2}'),
    ).toEqual({
      content: "",
      calls: [call("f", '{"a": "{"}'), call("g.h", "{}"), call("i", '{"b": 2}')],
    });
  });

  test("what is no call is content, to the last character", () => {
    const texts = [
      "[TOOL_CALLS]",
      "[TOOL_CALLS] []",
      '[TOOL_CALLS]["f"]',
      "[TOOL_CALLS]f",
      "[TOOL_CALLS]f[ARGS]",
      "[TOOL_CALLS]f[ARGS] x",
      "[TOOL_CALLS]f[ARGH]{}",
      "[TOOL_CALLS]{}",
      "[TOOL_CALLS][ARGS]{}",
      "[TOOL_CALLS]f g{}",
      "[TOOL_CALLS]f[CALL_ID]a{}",
      "[TOOL[TOOL_CALLS",
    ];
    for (const text of texts) expect(read(text)).toEqual({ content: text, calls: [] });
    expect(read('[TOOL_CALLS][{"name": "f", "arguments": {}}, oh')).toEqual({
      content: ", oh",
      calls: [call("f", "{}")],
    });
  });

  test("any cut of a text gives the same as the whole", () => {
    fc.assert(
      fc.property(scraps(["[TOOL_CALLS]", "[TOOL_CALLS][", "f[ARGS]", "[CALL_ID]", "g"]), cuts, (text, places) => {
        const whole = read(text);
        expect(read(...cut(text, places))).toEqual(whole);
        if (whole.calls.length === 0) expect(whole.content).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test("random calls come back in both forms", () => {
    fc.assert(
      fc.property(randomCalls, spelling, fc.boolean(), cuts, (calls, spell, asList, places) => {
        const named = calls.map((each) => `[TOOL_CALLS]${each.name}[ARGS]${spell(each.arguments)}`);
        const parsed = read(...cut(asList ? `[TOOL_CALLS]${spell(calls)}` : join(named), places));
        expect(parsed.content).toBe("");
        const decoded = parsed.calls.map((each) => ({ name: each.name, arguments: JSON.parse(each.arguments) }));
        expect(JSON.stringify(decoded)).toBe(JSON.stringify(calls));
      }),
    );
  });
});
