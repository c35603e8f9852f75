import { Tokenizer } from "../../src/text/tokenizer.ts";

const added = (id: number, content: string) => ({
  id,
  content,
  special: true,
  normalized: false,
  single_word: false,
  lstrip: false,
  rstrip: false,
});

/** As Llama 2's: spaces as ▁, characters outside the vocabulary as byte tokens, BOS added, a leading space stripped. */
export function byteFallbackTokenizer(): Tokenizer {
  const vocab: Record<string, number> = { "<unk>": 0, "<s>": 1, "</s>": 2 };
  for (let byte = 0; byte < 256; byte++) vocab[`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`] = 3 + byte;
  for (const piece of ["▁", ..."abcdefghijklmnopqrstuvwxyzHW.,!:|", "▁w", "he", "lo", "▁the"]) {
    vocab[piece] ??= Object.keys(vocab).length;
  }
  return new Tokenizer(
    {
      version: "1.0",
      added_tokens: [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>")],
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "Prepend", prepend: "▁" },
          { type: "Replace", pattern: { String: " " }, content: "▁" },
        ],
      },
      pre_tokenizer: null,
      post_processor: {
        type: "TemplateProcessing",
        single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
        pair: [],
        special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
      },
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "▁" }, content: " " },
          { type: "ByteFallback" },
          { type: "Fuse" },
          { type: "Strip", content: " ", start: 1, stop: 0 },
        ],
      },
      model: {
        type: "BPE",
        unk_token: "<unk>",
        fuse_unk: true,
        byte_fallback: true,
        vocab,
        merges: ["▁ w", "h e", "l o"],
      },
    },
    { bos_token: "<s>", eos_token: { content: "</s>" }, add_bos_token: true },
  );
}

/** As GPT-2's: every byte is a token, nothing is added. `<|end|>` is special, and so are `markers`. */
export function byteLevelTokenizer(markers: readonly string[] = []): Tokenizer {
  const vocab: Record<string, number> = {};
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    vocab[String.fromCharCode(printable ? byte : next++)] = byte;
  }
  return new Tokenizer(
    {
      version: "1.0",
      added_tokens: ["<|end|>", ...markers].map((token, i) => added(256 + i, token)),
      normalizer: null,
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: "BPE", vocab, merges: [] },
    },
    { eos_token: "<|end|>" },
  );
}
