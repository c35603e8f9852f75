/**
 * GPT-2's printable stand-ins for bytes: printable Latin-1 stands for itself, the other 68 bytes take the code points
 * from U+0100 on, in order.
 */
const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = byteOfCharacter();

const encoder = new TextEncoder();

/** The bytes a byte-level piece stands for; a piece with any other character stands for its own UTF-8. */
export function byteLevelBytes(piece: string): Uint8Array {
  const bytes = new Uint8Array(piece.length);
  let length = 0;
  for (const character of piece) {
    const byte = BYTE_OF_CHARACTER.get(character);
    if (byte === undefined) return encoder.encode(piece);
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

function byteOfCharacter(): Map<string, number> {
  const table = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCharCode(printable ? byte : next++), byte);
  }
  return table;
}
