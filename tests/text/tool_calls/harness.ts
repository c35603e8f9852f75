import fc from "fast-check";
import type { ToolCallEvent, ToolCallParser } from "../../../src/text/tool_calls/events.ts";

/** An answer taken apart. */
export interface Parsed {
  readonly content: string;
  readonly calls: readonly { name: string; arguments: string; complete: boolean }[];
}

/** Feeds the pieces and puts the events together, checking that they come in order. */
export function parse(parser: ToolCallParser, pieces: readonly string[]): Parsed {
  let content = "";
  const calls: { name: string; arguments: string; complete: boolean }[] = [];
  const take = (event: ToolCallEvent) => {
    if (event.type === "content") {
      if (event.text === "") throw new Error("an event without content");
      content += event.text;
      return;
    }
    if (event.type === "call") calls.push({ name: event.name, arguments: "", complete: false });
    const call = calls.at(-1)!;
    if (event.index !== calls.length - 1 || call.complete) throw new Error(`out of order: ${JSON.stringify(event)}`);
    if (event.type === "arguments") call.arguments += event.text;
    if (event.type === "end") call.complete = true;
  };
  for (const piece of pieces) parser.push(piece).forEach(take);
  parser.flush().forEach(take);
  return { content, calls };
}

/** The text as pieces, cut at the places given as shares of its length. */
export function cut(text: string, shares: readonly number[]): string[] {
  const places = shares.map((share) => Math.floor(share * (text.length + 1))).sort((a, b) => a - b);
  return [0, ...places].map((from, i) => text.slice(from, places[i] ?? text.length));
}

export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

/** Texts made of what a parser looks for, of JSON in bits, and of anything. */
export function scraps(markers: readonly string[]): fc.Arbitrary<string> {
  const json = [
    '{"name": "f", ',
    '"arguments": ',
    '"parameters": ',
    '{"a": 1}',
    "{",
    "}",
    "[",
    "]",
    ",",
    ";",
    ":",
    '"',
  ];
  const call = ['{"name": "f", "arguments": {"a": [1, "}"]}}', '{"parameters": {}, "name": "g"}', "\n", " ", "\\"];
  const part = fc.constantFrom(...markers, ...markers.map((marker) => marker.slice(0, -1)), ...json, ...call);
  return fc.array(fc.oneof({ weight: 6, arbitrary: part }, fc.string({ maxLength: 3 })), { maxLength: 12 }).map(join);
}

export const join = (parts: readonly string[]) => parts.join("");

/** Calls as a model may make them: deep arguments, keys and strings with braces, quotes and escapes. */
export const randomCalls = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_.-]{0,12}$/),
    arguments: fc.dictionary(awkward(), fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), { maxKeys: 4 }),
  }),
  { minLength: 1, maxLength: 3 },
);

function awkward(): fc.Arbitrary<string> {
  return fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("}", "{", '"', "</tool_call>", "\\", "é", "[ARGS]"));
}

/** JSON text in one of the ways a model may write it. */
export const spelling = fc.constantFrom<(value: unknown) => string>(
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 1),
  (value) =>
    JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
);
