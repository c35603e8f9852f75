import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Finish } from "../../src/http/delta.ts";
import { AnswerReader, type Reading, type ToolCall, withDelta } from "../../src/http/tools_answer.ts";
import { TOOL_CALL_FORMATS, toolCallFormats } from "../../src/text/tool_calls/format.ts";
import { cut, cuts, scraps } from "../text/tool_calls/harness.ts";

const STOP: Finish = { reason: "stop", stopReason: null };
const MARKERS = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "f[ARGS]"];

/** What a client gets of an answer that arrives in these pieces. */
function read(reading: Omit<Reading, "markerIds">, pieces: readonly string[]) {
  const reader = new AnswerReader({ ...reading, markerIds: new Set() });
  let [content, reasoning, taken] = ["", "", 0];
  let calls: readonly ToolCall[] = [];
  for (const [i, piece] of pieces.entries()) {
    const finish = i === pieces.length - 1 ? STOP : null;
    const delta = reader.read({ text: piece, tokenIds: [i], finish });
    expect(delta.tokenIds).toEqual([i]);
    content += delta.text;
    reasoning += delta.reasoning ?? "";
    calls = withDelta(calls, delta.calls ?? []);
    taken += piece.length;
    if (delta.finish !== null) {
      const functions = calls.map((call) => call.function);
      return {
        content,
        reasoning,
        calls: functions,
        finish: delta.finish.reason,
        over: taken < pieces.join("").length,
      };
    }
  }
  throw new Error("the answer has no end");
}

const readings = fc.record({
  reasoning: fc.constantFrom(null, { opened: false }, { opened: true }),
  toolCalls: fc.constantFrom(null, ...TOOL_CALL_FORMATS.map((name) => toolCallFormats[name])),
  parallel: fc.boolean(),
});

test("an answer in pieces is the answer at once", () => {
  fc.assert(
    fc.property(readings, scraps(MARKERS), cuts, (reading, text, places) => {
      const { over, ...pieced } = read(reading, cut(text, places));
      const { over: _, ...whole } = read(reading, [text]);
      expect(pieced).toEqual(whole);
      if (reading.parallel) expect(over).toBe(false);
      else expect(pieced.calls.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 1000 },
  );
});

test("tool_calls is the reason where the last call is complete", () => {
  const reading = { reasoning: null, toolCalls: toolCallFormats.hermes, parallel: true };
  const call = '<tool_call>{"name": "f", "arguments": {}}';
  expect(read(reading, [call]).finish).toBe("tool_calls");
  expect(read(reading, [`${call}</tool_call>${call.slice(0, -2)}`]).finish).toBe("stop");
  expect(read(reading, ["f"]).finish).toBe("stop");
  const broken = `${call.slice(0, -2)}"a": x ${call}`;
  expect(read(reading, [broken])).toMatchObject({ content: "x", calls: [{}, {}], finish: "tool_calls" });
  expect(read({ ...reading, parallel: false }, [broken])).toMatchObject({
    content: "x",
    calls: [{ arguments: '{"a": ' }],
    finish: "stop",
  });
});
