import { createHash } from "node:crypto";
import type { StoredBlock } from "../contracts/prefix_store.ts";
import { extendHash, type PrefixHash } from "../kv/hash_chain.ts";

/**
 * A block as a file, little-endian:
 * magic (8 bytes), version, tokens, payload bytes (u32 each), SHA-256 of the runner's fingerprint (32), hash (16),
 * parent (16), the tokens (u32 each), the payload, SHA-256 of all before (32).
 *
 * The checksum is against damage. Whoever may write to the directory can forge K and V, as they could the weights.
 */
const MAGIC = "octavokv";
const VERSION = 1;
const FINGERPRINT_AT = 20;
const HASH_AT = 52;
const PARENT_AT = 68;
const TOKENS_AT = 84;
const CHECKSUM_BYTES = 32;

/** What a file must be to be used: of this model and device, and of the prefix it is named after. */
export interface ExpectedBlock {
  /** SHA-256 of the runner's fingerprint. */
  readonly fingerprint: Uint8Array;
  readonly hash: PrefixHash;
  readonly blockSize: number;
  readonly blockBytes: number;
}

export interface BlockFile extends StoredBlock {
  /** [blockBytes] as the runner gave them. */
  readonly payload: Uint8Array;
}

/** A file is not the block it should be. The message says in what: "it is truncated". */
export class BlockFileError extends Error {
  override name = "BlockFileError";
}

export function fingerprintDigest(fingerprint: string): Uint8Array {
  return createHash("sha256").update(fingerprint).digest();
}

export async function encodeBlock(fingerprint: Uint8Array, block: BlockFile): Promise<Uint8Array> {
  const { hash, parent, tokens, payload } = block;
  const payloadAt = TOKENS_AT + tokens.byteLength;
  const checksumAt = payloadAt + payload.byteLength;
  const bytes = new Uint8Array(checksumAt + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(MAGIC, "latin1"));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, tokens.length, true);
  view.setUint32(16, payload.byteLength, true);
  bytes.set(fingerprint, FINGERPRINT_AT);
  bytes.set(Buffer.from(hash, "latin1"), HASH_AT);
  bytes.set(Buffer.from(parent, "latin1"), PARENT_AT);
  bytes.set(new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength), TOKENS_AT);
  bytes.set(payload, payloadAt);
  bytes.set(await sha256(bytes.subarray(0, checksumAt)), checksumAt);
  return bytes;
}

/** Throws BlockFileError unless every byte is as `encodeBlock` wrote it and the block is the expected one. */
export async function decodeBlock(bytes: Uint8Array<ArrayBuffer>, expected: ExpectedBlock): Promise<BlockFile> {
  if (bytes.length < TOKENS_AT + CHECKSUM_BYTES) throw new BlockFileError("it is truncated");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (latin1(bytes, 0, 8) !== MAGIC) throw new BlockFileError("it is not a block");
  const version = view.getUint32(8, true);
  if (version !== VERSION) throw new BlockFileError(`it has format version ${version}, not ${VERSION}`);
  const payloadAt = TOKENS_AT + 4 * view.getUint32(12, true);
  const checksumAt = payloadAt + view.getUint32(16, true);
  if (bytes.length < checksumAt + CHECKSUM_BYTES) throw new BlockFileError("it is truncated");
  if (bytes.length > checksumAt + CHECKSUM_BYTES) throw new BlockFileError("it has bytes after its end");
  if (!equal(await sha256(bytes.subarray(0, checksumAt)), bytes.subarray(checksumAt))) {
    throw new BlockFileError("its checksum differs");
  }
  if (!equal(bytes.subarray(FINGERPRINT_AT, HASH_AT), expected.fingerprint)) {
    throw new BlockFileError("another model, device or data type wrote it");
  }
  const hash = latin1(bytes, HASH_AT, PARENT_AT);
  const parent = latin1(bytes, PARENT_AT, TOKENS_AT);
  const tokens = new Uint32Array((payloadAt - TOKENS_AT) / 4);
  new Uint8Array(tokens.buffer).set(bytes.subarray(TOKENS_AT, payloadAt));
  if (hash !== expected.hash || extendHash(parent, tokens) !== hash) {
    throw new BlockFileError("its name is that of another prefix");
  }
  if (tokens.length !== expected.blockSize || checksumAt - payloadAt !== expected.blockBytes) {
    throw new BlockFileError("its block has another size");
  }
  return { hash, parent, tokens, payload: bytes.subarray(payloadAt, checksumAt) };
}

/** Off this thread, unlike node:crypto's: a block may be several MiB. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
