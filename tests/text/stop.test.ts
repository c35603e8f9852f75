import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { StopMatcher } from "../../src/text/stop.ts";

describe("StopMatcher", () => {
  test("without stop strings text passes through", () => {
    const matcher = new StopMatcher([]);
    expect(matcher.push("hello")).toEqual({ text: "hello", stop: null });
    expect(matcher.flush()).toBe("");
  });

  test("withholds what may become a stop string and gives it back when it does not", () => {
    const matcher = new StopMatcher(["</end>"]);
    expect(matcher.push("a </e")).toEqual({ text: "a ", stop: null });
    expect(matcher.push("n")).toEqual({ text: "", stop: null });
    expect(matcher.push("x <")).toEqual({ text: "</enx ", stop: null });
    expect(matcher.flush()).toBe("<");
  });

  test("drops the stop string and what follows it", () => {
    const matcher = new StopMatcher(["\n\n"]);
    expect(matcher.push("one\n")).toEqual({ text: "one", stop: null });
    expect(matcher.push("\ntwo")).toEqual({ text: "", stop: "\n\n" });
  });

  test("finds a stop string that begins inside a failed one", () => {
    const matcher = new StopMatcher(["aab"]);
    expect(matcher.push("aa")).toEqual({ text: "", stop: null });
    expect(matcher.push("ab")).toEqual({ text: "a", stop: "aab" });
  });

  test("the one completed first wins, and of several the longest", () => {
    expect(new StopMatcher(["bcd", "c"]).push("abcd")).toEqual({ text: "ab", stop: "c" });
    expect(new StopMatcher(["c", "abc"]).push("xabc")).toEqual({ text: "x", stop: "abc" });
  });
});

const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 40 });
const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 4,
});

test("however the text is cut, the result is the naive one", () => {
  fc.assert(
    fc.property(text, stops, fc.array(fc.nat(4), { minLength: 1 }), (whole, stops, sizes) => {
      const matcher = new StopMatcher(stops);
      let shown = "";
      let stop: string | null = null;
      for (let at = 0, i = 0; at < whole.length && stop === null; i++) {
        const size = sizes[i % sizes.length]! + 1;
        const part = matcher.push(whole.slice(at, at + size));
        shown += part.text;
        stop = part.stop;
        at += size;
      }
      if (stop === null) shown += matcher.flush();
      expect({ shown, stop }).toEqual(naive(whole, stops));
    }),
    { numRuns: 1000 },
  );
});

test("what is withheld is the beginning of a stop string", () => {
  fc.assert(
    fc.property(text, stops, (whole, stops) => {
      const matcher = new StopMatcher(stops);
      const { stop } = matcher.push(whole);
      const held = matcher.flush();
      expect(stop !== null || held === "" || stops.some((candidate) => candidate.startsWith(held))).toBe(true);
    }),
  );
});

function naive(whole: string, stops: readonly string[]): { shown: string; stop: string | null } {
  for (let end = 1; end <= whole.length; end++) {
    const ending = stops.filter((stop) => whole.slice(0, end).endsWith(stop)).sort((a, b) => b.length - a.length);
    if (ending.length > 0) return { shown: whole.slice(0, end - ending[0]!.length), stop: ending[0]! };
  }
  return { shown: whole, stop: null };
}
