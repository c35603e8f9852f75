import type { Tokenizer } from "../text/tokenizer.ts";
import type { Vocabulary } from "./protocol.ts";

const encoder = new TextEncoder();
const REPLACEMENT = "\ufffd";

/** Bytes that UTF-8 does not have. */
const isNeverText = (byte: number) => byte === 0xc0 || byte === 0xc1 || byte > 0xf4;

/**
 * What each token adds to the text of an output. Special tokens add nothing, but for the markers of tool calls; tokens
 * of malformed bytes are never written.
 *
 * @param vocabSize Of the logits, which may be more than the tokenizer's.
 */
export function vocabularyOf(
  tokenizer: Tokenizer,
  vocabSize: number,
  endIds: readonly number[],
  markers: readonly string[],
): Vocabulary {
  const shown = new Set(markers.map((marker) => tokenizer.tokenId(marker)));
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let id = 0; id < vocabSize; id++) {
    const piece = tokenizer.specialIds.has(id) && !shown.has(id) ? "" : (tokenizer.piece(id) ?? "");
    const read = typeof piece === "string" ? encoder.encode(piece) : piece;
    const isMalformed = (typeof piece === "string" && piece.includes(REPLACEMENT)) || read.some(isNeverText);
    const bytes = isMalformed ? new Uint8Array() : read;
    pieces.push(bytes);
    length += bytes.length;
  }
  const bytes = new Uint8Array(length);
  const offsets = new Uint32Array(vocabSize + 1);
  let at = 0;
  for (const [id, piece] of pieces.entries()) {
    bytes.set(piece, at);
    at += piece.length;
    offsets[id + 1] = at;
  }
  return { bytes, offsets, endIds };
}
