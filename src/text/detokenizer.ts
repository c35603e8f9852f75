import type { DecodePlan, Piece } from "./pieces.ts";
import { decodeLossy, decodeStrict, incompleteTail } from "./utf8.ts";

export interface DecodeOptions {
  /** Leave special tokens out of the text. Default true. */
  readonly skipSpecialTokens?: boolean;
  /** Special tokens that are text all the same. */
  readonly shownIds?: ReadonlySet<number>;
}

/** What a tokenizer knows of its ids. */
export interface PieceTable {
  readonly specialIds: ReadonlySet<number>;
  readonly byteRuns: DecodePlan["bytes"];
  readonly leadingStrip: DecodePlan["strip"];
  /** What the id adds to the text; undefined for an id outside the vocabulary, which adds nothing. */
  piece(id: number): Piece | undefined;
  /** `piece` for the first visible token of a text. */
  firstPiece(id: number): Piece | undefined;
}

/**
 * Ids to text, one at a time, in constant time each. All that `push` and `flush` return, joined, is what Hugging Face
 * decodes the ids to at once; nothing is returned before it is certain, so a character is never split and no U+FFFD
 * stands for bytes that are still to come.
 */
export class Detokenizer {
  readonly #table: PieceTable;
  readonly #skipSpecial: boolean;
  readonly #shownIds: ReadonlySet<number> | undefined;
  /** Bytes that are not yet text. */
  #held: number[] = [];
  #started = false;
  /** How much of the leading strip is still to be taken. */
  #strip: number;

  constructor(table: PieceTable, options: DecodeOptions = {}) {
    this.#table = table;
    this.#skipSpecial = options.skipSpecialTokens ?? true;
    this.#shownIds = options.shownIds;
    this.#strip = table.leadingStrip.count;
  }

  /**
   * Goes on from a prompt, whose text is not returned: a first word keeps the space that separates it from the prompt,
   * and bytes that begin a character at the prompt's end are completed by what follows.
   */
  continueFrom(promptIds: ArrayLike<number>): void {
    for (let i = 0; i < promptIds.length; i++) this.push(promptIds[i]!);
    const bytes = Uint8Array.from(this.#held);
    this.#held = Array.from(bytes.subarray(bytes.length - incompleteTail(bytes)));
    if (bytes.length > this.#held.length) this.#strip = 0;
  }

  /** The text that has become certain with this id. */
  push(id: number): string {
    const table = this.#table;
    if (this.#skipSpecial && table.specialIds.has(id) && !this.#shownIds?.has(id)) return "";
    const piece = this.#started ? table.piece(id) : table.firstPiece(id);
    if (piece === undefined) return "";
    this.#started = true;
    const text = table.byteRuns === "lossy" ? this.#pushLossy(piece) : this.#pushWhole(piece);
    return this.#strip > 0 ? this.#stripped(text) : text;
  }

  /** What is left when no id follows. */
  flush(): string {
    const text = this.#settle();
    return this.#strip > 0 ? this.#stripped(text) : text;
  }

  #pushLossy(piece: Piece): string {
    if (typeof piece === "string") return this.#held.length === 0 ? piece : this.#settle() + piece;
    const bytes = Uint8Array.from([...this.#held, ...piece]);
    const end = bytes.length - incompleteTail(bytes);
    this.#held = Array.from(bytes.subarray(end));
    return decodeLossy(bytes.subarray(0, end));
  }

  /** A run of byte tokens is decided only where it ends: one bad byte makes all of it U+FFFD. */
  #pushWhole(piece: Piece): string {
    if (typeof piece === "string") return this.#held.length === 0 ? piece : this.#settle() + piece;
    for (const byte of piece) this.#held.push(byte);
    return "";
  }

  #settle(): string {
    if (this.#held.length === 0) return "";
    const bytes = Uint8Array.from(this.#held);
    this.#held = [];
    if (this.#table.byteRuns === "lossy") return decodeLossy(bytes);
    return decodeStrict(bytes) ?? "\ufffd".repeat(bytes.length);
  }

  #stripped(text: string): string {
    const { content } = this.#table.leadingStrip;
    let start = 0;
    while (this.#strip > 0 && start < text.length) {
      if (!text.startsWith(content, start)) {
        this.#strip = 0;
        break;
      }
      start += content.length;
      this.#strip--;
    }
    return text.slice(start);
  }
}
