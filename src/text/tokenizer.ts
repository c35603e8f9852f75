import { join } from "node:path";
import { Tokenizer as Encoder } from "@huggingface/tokenizers";
import { type DecodeOptions, Detokenizer, type PieceTable } from "./detokenizer.ts";
import { isObject, type JsonObject, readJsonObject, TextError } from "./json_file.ts";
import { compileDecoder, type DecodePlan, type Piece } from "./pieces.ts";

export interface EncodeOptions {
  /** Add what the post-processor adds (BOS, say). Default true. */
  readonly addSpecialTokens?: boolean;
}

/**
 * Text to ids by @huggingface/tokenizers, ids to text by our own streaming decoder, which follows the original Rust
 * library where the JavaScript one does not (malformed byte runs, byte order marks, ids outside the vocabulary).
 *
 * As in Hugging Face, a special token spelled out in the text becomes that token, in chat messages too.
 */
export class Tokenizer implements PieceTable {
  /** One more than the largest id. */
  readonly vocabSize: number;
  readonly specialIds: ReadonlySet<number>;
  /** Most UTF-16 units of text that one token can stand for, unknown tokens apart. */
  readonly maxPieceLength: number;
  /** bos_token, eos_token and their like from tokenizer_config.json, by name. */
  readonly specialTokens: Readonly<Record<string, string>>;
  readonly #encoder: Encoder;
  readonly #plan: DecodePlan;
  readonly #tokens: readonly (string | undefined)[];
  readonly #pieces: (Piece | undefined)[];

  /** `file` is how errors call tokenizer.json. Throws TextError where it is malformed. */
  constructor(tokenizer: JsonObject, config: JsonObject, file = "tokenizer.json") {
    this.#plan = compileDecoder(tokenizer.decoder, file);
    try {
      this.#encoder = new Encoder(tokenizer, config);
    } catch (error) {
      throw new TextError(`Cannot use ${file}: ${(error as Error).message}`);
    }
    const tokens: (string | undefined)[] = [];
    for (const [token, id] of this.#encoder.get_vocab()) tokens[id] = token;
    this.#tokens = tokens;
    this.#pieces = new Array(tokens.length);
    this.vocabSize = tokens.length;
    this.maxPieceLength = tokens.reduce((longest, token) => Math.max(longest, token?.length ?? 0), 1);
    const added = [...this.#encoder.get_added_tokens_decoder()];
    this.specialIds = new Set(added.filter(([, token]) => token.special).map(([id]) => id));
    this.specialTokens = namedTokens(config);
  }

  encode(text: string, options: EncodeOptions = {}): number[] {
    return this.#encoder.encode(text, { add_special_tokens: options.addSpecialTokens ?? true }).ids;
  }

  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const detokenizer = new Detokenizer(this, options);
    let text = "";
    for (const id of ids) text += detokenizer.push(id);
    return text + detokenizer.flush();
  }

  tokenId(token: string): number | undefined {
    return this.#encoder.token_to_id(token);
  }

  token(id: number): string | undefined {
    return this.#tokens[id];
  }

  piece(id: number): Piece | undefined {
    const known = this.#pieces[id];
    if (known !== undefined) return known;
    const token = this.#tokens[id];
    if (token === undefined) return undefined;
    const piece = this.#plan.piece(token);
    this.#pieces[id] = piece;
    return piece;
  }

  firstPiece(id: number): Piece | undefined {
    const token = this.#tokens[id];
    return token === undefined ? undefined : this.#plan.firstPiece(token);
  }

  get byteRuns(): DecodePlan["bytes"] {
    return this.#plan.bytes;
  }

  get leadingStrip(): DecodePlan["strip"] {
    return this.#plan.strip;
  }
}

/** Reads tokenizer.json and, where there is one, tokenizer_config.json. Throws TextError naming the file. */
export async function loadTokenizer(directory: string): Promise<Tokenizer> {
  const file = join(directory, "tokenizer.json");
  const tokenizer = await readJsonObject(file);
  if (tokenizer === null) throw new TextError(`Cannot load the tokenizer: ${file} does not exist`);
  const config = (await readJsonObject(join(directory, "tokenizer_config.json"))) ?? {};
  return new Tokenizer(tokenizer, config, file);
}

function namedTokens(config: JsonObject): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    if (!name.endsWith("_token")) continue;
    const content = isObject(value) ? value.content : value;
    if (typeof content === "string") named[name] = content;
  }
  return named;
}
