import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { loadTokenizer, Tokenizer } from "../../src/text/tokenizer.ts";
import { DATA, hasData, readJson, TOKENIZERS } from "./data.ts";
import { byteFallbackTokenizer, byteLevelTokenizer } from "./fixtures.ts";

interface Vector {
  readonly text: string;
  readonly ids: number[];
  readonly ids_no_special: number[];
  readonly decoded_skip_special: string;
  readonly decoded_with_special: string;
}

describe.skipIf(!hasData)("Hugging Face vectors", () => {
  for (const { directory, vectors } of TOKENIZERS) {
    test(directory, async () => {
      const tokenizer = await loadTokenizer(join(DATA, directory));
      const { cases } = await readJson<{ cases: Vector[] }>(join(DATA, directory, vectors));
      expect(cases.length).toBeGreaterThan(100);
      for (const { text, ...want } of cases) {
        expect({
          ids: tokenizer.encode(text),
          ids_no_special: tokenizer.encode(text, { addSpecialTokens: false }),
          decoded_skip_special: tokenizer.decode(want.ids),
          decoded_with_special: tokenizer.decode(want.ids, { skipSpecialTokens: false }),
        }).toEqual(want);
      }
    });
  }

  test("stories260K's published story", async () => {
    const tokenizer = await loadTokenizer(join(DATA, "models/stories260K"));
    const goldens = await readJson<{ cases: { greedy_ids: number[]; greedy_text: string }[] }>(
      join(DATA, "models/stories260K/goldens.json"),
    );
    for (const { greedy_ids, greedy_text } of goldens.cases) expect(tokenizer.decode(greedy_ids)).toBe(greedy_text);
  });
});

test("ids, tokens and special tokens", () => {
  const tokenizer = byteFallbackTokenizer();
  expect(tokenizer.tokenId("<s>")).toBe(1);
  expect(tokenizer.token(1)).toBe("<s>");
  expect(tokenizer.token(99_999)).toBeUndefined();
  expect(tokenizer.specialIds).toEqual(new Set([0, 1, 2]));
  expect(tokenizer.specialTokens).toEqual({ bos_token: "<s>", eos_token: "</s>" });
  expect(tokenizer.encode("")).toEqual([1]);
  expect(byteLevelTokenizer().encode("")).toEqual([]);
});

test("an id outside the vocabulary adds nothing", () => {
  const tokenizer = byteLevelTokenizer();
  expect(tokenizer.decode([...tokenizer.encode("a"), 1_000_000, ...tokenizer.encode("b")])).toBe("ab");
});

test("no piece of text is longer than maxPieceLength says", () => {
  const tokenizer = byteFallbackTokenizer();
  expect(tokenizer.maxPieceLength).toBe(6);
});

test("errors name the file and the decoder", () => {
  const base = { model: { type: "BPE", vocab: { a: 0 }, merges: [] }, added_tokens: [] };
  const build = (decoder: unknown) => () => new Tokenizer({ ...base, decoder }, {}, "dir/tokenizer.json");
  expect(build(null)).toThrow("Cannot use dir/tokenizer.json: decoder must be an object: received null");
  expect(build({ type: "CTC" })).toThrow("dir/tokenizer.json: decoder (CTC) is not supported");
  expect(
    build({ type: "Sequence", decoders: [{ type: "Fuse" }, { type: "Strip", content: " ", start: 0, stop: 1 }] }),
  ).toThrow("decoder.decoders[1] (Strip) is only supported with stop 0: received 1");
  expect(() => new Tokenizer({ decoder: { type: "Fuse" } }, {}, "dir/tokenizer.json")).toThrow("dir/tokenizer.json");
});

test("loadTokenizer names the missing or malformed file", async () => {
  expect(loadTokenizer("/nowhere")).rejects.toThrow("/nowhere/tokenizer.json does not exist");
});
