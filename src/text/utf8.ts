/** U+FFFD where the bytes are not UTF-8; a byte order mark is kept, as Rust keeps it. */
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

export function decodeLossy(bytes: Uint8Array): string {
  return lossy.decode(bytes);
}

/** The text, or null where the bytes are not well-formed UTF-8. */
export function decodeStrict(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * How many bytes at the end belong to a character that may still be completed: 0 to 3. Cutting there never changes what
 * the two halves decode to together, because a lead byte always begins anew.
 */
export function incompleteTail(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < size ? back : 0;
  }
  return 0;
}
