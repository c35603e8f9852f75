import { byteLevelBytes } from "./byte_level.ts";
import { isObject, type JsonObject, TextError } from "./json_file.ts";
import { decodeLossy, incompleteTail } from "./utf8.ts";

/**
 * What one token adds to the text: finished text, or bytes that only become text together with their neighbours.
 * Everything in tokenizer.json's `decoder` that looks at one token alone is folded in here, once per token.
 */
export type Piece = string | Uint8Array;

/** tokenizer.json's `decoder`, compiled. */
export interface DecodePlan {
  /** The piece of a token that is not the first visible one. */
  piece(token: string): Piece;
  /** The first visible token, where it is treated differently (Metaspace). */
  firstPiece(token: string): Piece;
  /**
   * `lossy`: every malformed sequence becomes U+FFFD (byte-level BPE). `whole`: a run of byte tokens is either
   * well-formed as a whole or one U+FFFD per byte (byte fallback).
   */
  readonly bytes: "lossy" | "whole";
  /** Up to `count` times `content` is dropped from the start of the whole text. */
  readonly strip: { readonly content: string; readonly count: number };
}

type Step = (token: string) => string;

/** Throws TextError naming the decoder where it is not one that can be streamed. */
export function compileDecoder(decoder: unknown, file: string): DecodePlan {
  const stages = flatten(decoder, "decoder", file);
  if (stages.length === 1 && stages[0]!.config.type === "ByteLevel") {
    return { ...PLAIN, piece: byteLevelPiece, firstPiece: byteLevelPiece };
  }
  if (stages.length === 1 && stages[0]!.config.type === "Metaspace") return metaspace(stages[0]!.config);

  const steps: Step[] = [];
  let byteFallback = false;
  let fused = false;
  let strip = PLAIN.strip;
  for (const { config, path } of stages) {
    const refuse = (why: string) => new TextError(`Cannot use ${file}: ${path} (${String(config.type)}) ${why}`);
    switch (config.type) {
      case "Replace":
        if (byteFallback || fused) throw refuse("is only supported before ByteFallback and Fuse");
        steps.push(replace(config, refuse));
        break;
      case "ByteFallback":
        if (fused) throw refuse("is only supported before Fuse");
        byteFallback = true;
        break;
      case "Fuse":
        fused = true;
        break;
      case "Strip":
        if (!fused) throw refuse("is only supported after Fuse");
        if (config.stop !== 0) throw refuse(`is only supported with stop 0: received ${String(config.stop)}`);
        strip = { content: String(config.content), count: Number(config.start) };
        break;
      default:
        throw refuse(
          "is not supported: expected ByteLevel, Metaspace, or Replace, ByteFallback, Fuse and Strip in a Sequence",
        );
    }
  }
  const piece = (token: string): Piece => {
    let text = token;
    for (const step of steps) text = step(text);
    return (byteFallback ? fallbackByte(text) : null) ?? text;
  };
  return { piece, firstPiece: piece, bytes: "whole", strip };
}

const PLAIN: Pick<DecodePlan, "bytes" | "strip"> = { bytes: "lossy", strip: { content: "", count: 0 } };

/** Text at once where the bytes neither go on from the piece before nor into the piece after. */
function byteLevelPiece(token: string): Piece {
  const bytes = byteLevelBytes(token);
  const continues = bytes.length > 0 && (bytes[0]! & 0xc0) === 0x80;
  return continues || incompleteTail(bytes) > 0 ? bytes : decodeLossy(bytes);
}

function flatten(decoder: unknown, path: string, file: string): { config: JsonObject; path: string }[] {
  if (!isObject(decoder))
    throw new TextError(`Cannot use ${file}: ${path} must be an object: received ${JSON.stringify(decoder)}`);
  if (decoder.type !== "Sequence") return [{ config: decoder, path }];
  const decoders = Array.isArray(decoder.decoders) ? decoder.decoders : [];
  return decoders.flatMap((inner, i) => flatten(inner, `${path}.decoders[${i}]`, file));
}

function replace(config: JsonObject, refuse: (why: string) => TextError): Step {
  const content = String(config.content);
  const pattern = isObject(config.pattern) ? config.pattern : {};
  if (typeof pattern.String === "string") {
    const plain = pattern.String;
    return (token) => token.replaceAll(plain, () => content);
  }
  if (typeof pattern.Regex !== "string") throw refuse("needs a pattern: String or Regex");
  const regex = new RegExp(pattern.Regex, "gu");
  return (token) => token.replace(regex, () => content);
}

function fallbackByte(token: string): Uint8Array | null {
  return /^<0x[0-9A-Fa-f]{2}>$/.test(token) ? Uint8Array.of(Number.parseInt(token.slice(3, 5), 16)) : null;
}

function metaspace(config: JsonObject): DecodePlan {
  const replacement = String(config.replacement ?? "▁");
  const piece = (token: string) => token.replaceAll(replacement, " ");
  const prepends =
    config.prepend_scheme === undefined ? config.add_prefix_space !== false : config.prepend_scheme !== "never";
  const firstPiece = prepends ? (token: string) => token.replaceAll(replacement, "") : piece;
  return { ...PLAIN, piece, firstPiece };
}
