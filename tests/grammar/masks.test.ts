import { afterAll, describe, expect, test } from "bun:test";
import type { GrammarSource } from "../../src/contracts/grammar.ts";
import { allowed, END, open, PIECES, randomFrom, testGrammars } from "./fixtures.ts";

const grammars = testGrammars();
afterAll(() => grammars.close());

/** Each with a way to tell, without a grammar, whether a text can still become one that matches, and whether it matches. */
const languages: [string, GrammarSource, (text: string) => boolean, (text: string) => boolean][] = [
  [
    "a choice",
    { kind: "choice", choices: ["true", "tab", "10", "1024", "12:", "abcd"] },
    (text) => ["true", "tab", "10", "1024", "12:", "abcd"].some((each) => each.startsWith(text)),
    (text) => ["true", "tab", "10", "1024", "12:", "abcd"].includes(text),
  ],
  [
    "an expression",
    { kind: "regex", pattern: "(ab|c)*d{2,3}" },
    (text) => /^(ab|c)*(a?|d{0,3})$/.test(text),
    (text) => /^(ab|c)*d{2,3}$/.test(text),
  ],
  [
    "brackets, which no expression matches",
    { kind: "ebnf", text: 'root ::= "[" root "]" | "10"' },
    (text) => {
      const [, before = "", digits = "", after = ""] = /^(\[*)(1?0?)(\]*)$/.exec(text) ?? [];
      return (
        before + digits + after === text &&
        digits !== "0" &&
        (digits === "10" ? after.length <= before.length : after === "")
      );
    },
    (text) => {
      const found = /^(\[*)10(\]*)$/.exec(text);
      return found !== null && found[1]!.length === found[2]!.length;
    },
  ],
  [
    "a schema",
    { kind: "json_schema", schema: { type: "array", items: { type: "boolean" }, maxItems: 2 } },
    (text) =>
      ["[]", ...["true", "false"].flatMap((a) => [`[${a}]`, `[${a}, true]`, `[${a}, false]`])].some((each) =>
        each.startsWith(text),
      ),
    (text) => /^\[((true|false)(, (true|false))?)?\]$/.test(text),
  ],
];

describe("masks allow what can still match, and nothing else:", () => {
  for (const [name, source, isPrefix, isWhole] of languages) {
    test(name, async () => {
      const random = randomFrom(name.length);
      for (let walk = 0; walk < 12; walk++) {
        const matcher = await open(grammars, source);
        let text = "";
        for (let step = 0; step < 12; step++) {
          const expected = PIECES.flatMap((piece, id) => {
            if (id === END) return isWhole(text) ? [id] : [];
            const isText = piece.length > 0 && piece.every((byte) => byte < 0x80);
            return isText && isPrefix(text + String.fromCharCode(...piece)) ? [id] : [];
          });
          const ids = await allowed(matcher);
          expect({ text, ids }).toEqual({ text, ids: expected });
          const next = ids.filter((id) => id !== END);
          if (next.length === 0) break;
          const id = next[Math.floor(random() * next.length)]!;
          text += String.fromCharCode(...PIECES[id]!);
          matcher.accept(id);
        }
        matcher.close();
      }
    });
  }
});
