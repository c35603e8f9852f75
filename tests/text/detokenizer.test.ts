import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { Detokenizer } from "../../src/text/detokenizer.ts";
import { loadTokenizer, type Tokenizer } from "../../src/text/tokenizer.ts";
import { DATA, hasData, readJson, TOKENIZERS } from "./data.ts";
import goldens from "./decode_goldens.json";
import { byteFallbackTokenizer, byteLevelTokenizer } from "./fixtures.ts";

const encoder = new TextEncoder();
const fixtures = { "byte fallback": byteFallbackTokenizer(), "byte level": byteLevelTokenizer() };
const shared: Record<string, Tokenizer> = {};
if (hasData) for (const { directory } of TOKENIZERS) shared[directory] = await loadTokenizer(join(DATA, directory));

describe.skipIf(!hasData)("random ids decode as in Hugging Face", () => {
  for (const { directory } of TOKENIZERS) {
    test(directory, () => {
      const cases = goldens.cases.filter((golden) => golden.tokenizer === directory);
      expect(cases.length).toBe(40);
      for (const { ids, skipped, kept } of cases) {
        expect({ ids, text: shared[directory]!.decode(ids) }).toEqual({ ids, text: skipped });
        expect({ ids, text: shared[directory]!.decode(ids, { skipSpecialTokens: false }) }).toEqual({
          ids,
          text: kept,
        });
      }
    });
  }

  test("a prompt and its continuation join to the text of both", async () => {
    const { cases } = await readJson<{ cases: { prompt_ids: number[]; greedy_ids: number[]; full_text: string }[] }>(
      join(DATA, "models/stories260K/goldens.json"),
    );
    const tokenizer = shared["models/stories260K"]!;
    for (const { prompt_ids, greedy_ids, full_text } of cases) {
      const detokenizer = new Detokenizer(tokenizer);
      detokenizer.continueFrom(prompt_ids);
      const text = chunksOf(detokenizer, greedy_ids).join("");
      expect(tokenizer.decode(prompt_ids) + text).toBe(full_text);
    }
  });
});

for (const [name, tokenizer] of Object.entries({ ...fixtures, ...shared })) {
  describe(name, () => {
    const anyIds = fc.array(fc.nat({ max: tokenizer.vocabSize + 2 }), { maxLength: 40 });

    test("a character is never split and nothing incomplete is shown", () => {
      fc.assert(
        fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (text) => {
          const ids = tokenizer.encode(text, { addSpecialTokens: false });
          const chunks = chunksOf(new Detokenizer(tokenizer), ids);
          const whole = chunks.join("");
          for (const chunk of chunks) expect(chunk.isWellFormed()).toBe(true);
          if (!text.includes("\ufffd")) expect(whole).not.toContain("\ufffd");
        }),
        { numRuns: 200 },
      );
    });

    test("text is only ever appended: a prefix of the ids gives a prefix of the text", () => {
      fc.assert(
        fc.property(anyIds, (ids) => {
          const whole = tokenizer.decode(ids);
          let shown = "";
          const detokenizer = new Detokenizer(tokenizer);
          for (const id of ids) {
            shown += detokenizer.push(id);
            expect(whole.startsWith(shown)).toBe(true);
          }
          expect(shown + detokenizer.flush()).toBe(whole);
        }),
        { numRuns: 200 },
      );
    });

    test("continuing from a prompt cut anywhere gives the same text, where it is well-formed", () => {
      fc.assert(
        fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), fc.nat(60), (text, at) => {
          const ids = tokenizer.encode(text);
          const cut = Math.min(at, ids.length);
          const detokenizer = new Detokenizer(tokenizer);
          detokenizer.continueFrom(ids.slice(0, cut));
          const rest = chunksOf(detokenizer, ids.slice(cut)).join("");
          const promptText = tokenizer.decode(ids.slice(0, cut));
          if (!promptText.includes("\ufffd")) expect(promptText + rest).toBe(tokenizer.decode(ids));
        }),
        { numRuns: 200 },
      );
    });
  });
}

test("bytes of one character come out with its last byte (byte level) or with the next piece (byte fallback)", () => {
  const cat = [...encoder.encode("🐱")];
  const level = new Detokenizer(fixtures["byte level"]);
  expect(cat.map((byte) => level.push(byte))).toEqual(["", "", "", "🐱"]);
  const fallback = new Detokenizer(fixtures["byte fallback"]);
  const a = fixtures["byte fallback"].tokenId("a")!;
  expect([...cat.map((byte) => fallback.push(byte + 3)), fallback.push(a)]).toEqual(["", "", "", "", "🐱a"]);
});

test("an incomplete end is what Hugging Face makes of it, at flush only", () => {
  const level = new Detokenizer(fixtures["byte level"]);
  expect([0xe6, 0x97].map((byte) => level.push(byte))).toEqual(["", ""]);
  expect(level.flush()).toBe("\ufffd");
  const fallback = new Detokenizer(fixtures["byte fallback"]);
  expect([0x41, 0xe6, 0x97].map((byte) => fallback.push(byte + 3))).toEqual(["", "", ""]);
  expect(fallback.flush()).toBe("\ufffd\ufffd\ufffd");
});

test("special tokens are shown only when asked for", () => {
  const tokenizer = fixtures["byte level"];
  const ids = [...tokenizer.encode("a"), 256, ...tokenizer.encode("b")];
  expect(tokenizer.decode(ids)).toBe("ab");
  expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe("a<|end|>b");
  expect(tokenizer.decode(ids, { shownIds: new Set([ids[1]!]) })).toBe("a<|end|>b");
});

test("a token costs the same however many came before", () => {
  const tokenizer = fixtures["byte level"];
  const time = (count: number) => {
    const detokenizer = new Detokenizer(tokenizer);
    const start = performance.now();
    for (let i = 0; i < count; i++) detokenizer.push(i % 300 === 0 ? 0x80 : 256);
    return performance.now() - start;
  };
  time(20_000);
  expect(time(200_000)).toBeLessThan(2_000);
});

function chunksOf(detokenizer: Detokenizer, ids: readonly number[]): string[] {
  return [...ids.map((id) => detokenizer.push(id)), detokenizer.flush()];
}
