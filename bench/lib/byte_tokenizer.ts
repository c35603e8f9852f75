/**
 * tokenizer.json of a tokenizer whose tokens are the 256 bytes and an end of text, for models without a training: any
 * text has a token for each of its bytes.
 */
export function byteTokenizer() {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: 256,
        content: "<|end|>",
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: { ...Object.fromEntries(byteLetters().map((letter, byte) => [letter, byte])), "<|end|>": 256 },
      merges: [],
    },
  };
}

/** tokenizer_config.json beside it. */
export const BYTE_TOKENIZER_CONFIG = {
  tokenizer_class: "PreTrainedTokenizerFast",
  bos_token: null,
  eos_token: "<|end|>",
  pad_token: "<|end|>",
  chat_template: "{% for message in messages %}{{ message['content'] }}{% endfor %}",
};

/** GPT-2's letters for the bytes: what prints stands for itself, the others for letters from U+0100 on. */
function byteLetters(): string[] {
  const prints = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : next++));
}
