/** Protocol buffers, as far as writing an ONNX graph takes. A message is the bytes of its fields, one after the other. */

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

export type Message = Uint8Array;

export function message(...fields: readonly Uint8Array[]): Message {
  return new Uint8Array(Buffer.concat(fields));
}

/** A whole number that is not negative, or a boolean. */
export function number(field: number, value: number): Uint8Array {
  return message(tag(field, VARINT), varint(value));
}

export function float(field: number, value: number): Uint8Array {
  return message(tag(field, FIXED32), new Uint8Array(new Float32Array([value]).buffer));
}

/** A text or a message in a field. */
export function nested(field: number, value: string | Message): Uint8Array {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return message(tag(field, BYTES), varint(bytes.length), bytes);
}

function tag(field: number, type: number): Uint8Array {
  return varint(field * 8 + type);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
  return Uint8Array.from(bytes);
}
