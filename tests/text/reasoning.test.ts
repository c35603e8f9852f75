import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ReasoningSplitter } from "../../src/text/reasoning.ts";
import { cut, cuts } from "./tool_calls/harness.ts";

function split(opened: boolean, ...pieces: string[]) {
  const splitter = new ReasoningSplitter(opened);
  const parts = [...pieces.map((piece) => splitter.push(piece)), splitter.flush()];
  return [parts.map(({ reasoning }) => reasoning).join(""), parts.map(({ content }) => content).join("")];
}

describe("ReasoningSplitter", () => {
  test("splits what the model thinks from what it says", () => {
    expect(split(false, "<think>\nHm.\n\nYes.\n</think>\n\nHello <b>.\n")).toEqual(["Hm.\n\nYes.", "Hello <b>.\n"]);
    expect(split(false, "\n<think></think>Hello")).toEqual(["", "Hello"]);
  });

  test("a prompt that opens the marker leaves only the closing one", () => {
    expect(split(true, "Hm.\n</think>\n\nHello")).toEqual(["Hm.", "Hello"]);
    expect(split(true, "<think>\nHm. a < b</think>Hello")).toEqual(["Hm. a < b", "Hello"]);
    expect(split(true, "</think>\n\nHello")).toEqual(["", "Hello"]);
  });

  test("without markers all is content, and without the second one all is reasoning", () => {
    expect(split(false, " Hello <think>x</think>")).toEqual(["", " Hello <think>x</think>"]);
    expect(split(false, " <thin")).toEqual(["", " <thin"]);
    expect(split(false, "<think>Hm. </thin")).toEqual(["Hm. </thin", ""]);
    expect(split(true, "Hm.")).toEqual(["Hm.", ""]);
  });

  test("holds back only what may be markup", () => {
    const splitter = new ReasoningSplitter(true);
    expect(splitter.push("a b </").reasoning).toBe("a b");
    expect(splitter.push("b>").reasoning).toBe(" </b>");
    expect(splitter.push("</think>")).toEqual({ reasoning: "", content: "" });
    expect(splitter.push("x ")).toEqual({ reasoning: "", content: "x " });
  });

  test("any cut of a text gives the same as the whole", () => {
    const part = fc.constantFrom("<think>", "</think>", "<", "</", "think", ">", " ", "\n", "a", "bc");
    fc.assert(
      fc.property(fc.boolean(), fc.array(part, { maxLength: 10 }), cuts, (opened, parts, places) => {
        const text = parts.join("");
        expect(split(opened, ...cut(text, places))).toEqual(split(opened, text));
      }),
      { numRuns: 1000 },
    );
  });
});
