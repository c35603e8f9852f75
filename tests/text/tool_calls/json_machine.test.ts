import { expect, test } from "bun:test";
import fc from "fast-check";
import { JsonMachine } from "../../../src/text/tool_calls/json_machine.ts";

/** How much of the text the machine takes, and whether a value ended there. */
function run(text: string): { taken: number; done: boolean } {
  const machine = new JsonMachine();
  let taken = 0;
  let done = false;
  while (taken < text.length && !done && machine.step(text[taken]!)) {
    taken++;
    done = machine.depth === 0 && machine.state === "after value";
  }
  return { taken, done };
}

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test("takes every object and array, however it is written", () => {
  const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()));
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, "\t"), (json, indent) => {
      const text = JSON.stringify(json, null, indent);
      expect(run(`${text} x`)).toEqual({ taken: text.length, done: true });
    }),
  );
});

test("agrees with JSON.parse on texts that are nearly JSON", () => {
  const bits = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    '"a"',
    "1",
    "0",
    "-",
    ".",
    "e",
    "+",
    "5e-3",
    "true",
    "nul",
    "l",
    " ",
  ];
  const text = fc
    .array(fc.constantFrom(...bits, "\\", "\\n", "\\u12", "aF", "\n"), { maxLength: 10 })
    .chain((parts) => fc.constantFrom(`{"k":${parts.join("")}}`, `[${parts.join("")}]`, parts.join("")));
  fc.assert(
    fc.property(text, (text) => {
      const { taken, done } = run(text);
      expect(done && taken === text.length).toBe(isJson(text) && /^\s*[[{].*[\]}]$/s.test(text));
    }),
    { numRuns: 2000 },
  );
});

test("refuses at the first unit that cannot follow", () => {
  const cases: [string, number][] = [
    ["x", 0],
    ["1", 0],
    ['{"a": 01}', 7],
    ['{"a": tru}', 9],
    ["[1,]", 3],
    ['{"a":1,}', 7],
    ['{"a": "\n"}', 7],
    ['["\\x"]', 3],
    ['["\\u00g"]', 6],
    ["[1}", 2],
    ["[-]", 2],
    ["[1.]", 3],
  ];
  for (const [text, taken] of cases) expect([text, run(text)]).toEqual([text, { taken, done: false }]);
});
