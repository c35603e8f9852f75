import type { FileHandle } from "node:fs/promises";
import { CheckpointError, type TensorInfo } from "../contracts/weights.ts";

/**
 * The header of a safetensors file: 8 bytes of length, then JSON, then the tensors' bytes without a gap. Verdicts are
 * those of the format's own library, but for spellings that JSON.parse does not tell apart and that harm nothing (2.0
 * for 2, a field given twice). @huggingface/hub's parser is made to count parameters: it caps headers at 25 MB and lets
 * gaps, overlaps, trailing bytes and spans that do not fit their shape pass.
 */

/** A tensor and where its bytes start in its file. */
export interface StoredTensor extends TensorInfo {
  readonly offset: number;
}

const LENGTH_BYTES = 8;
/** The cap of the format's own library. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_U64 = 2n ** 64n - 1n;

const BITS: ReadonlyMap<unknown, number> = new Map(
  Object.entries({
    F4: 4,
    F6_E2M3: 6,
    F6_E3M2: 6,
    BOOL: 8,
    U8: 8,
    I8: 8,
    F8_E5M2: 8,
    F8_E4M3: 8,
    F8_E8M0: 8,
    F8_E4M3FNUZ: 8,
    F8_E5M2FNUZ: 8,
    I16: 16,
    U16: 16,
    F16: 16,
    BF16: 16,
    I32: 32,
    U32: 32,
    F32: 32,
    C64: 64,
    F64: 64,
    I64: 64,
    U64: 64,
  }),
);

/**
 * Reads and checks the header of an open file; `file` is its path to show in errors. Allocates no more than the header,
 * and that only once the file is known to hold it. Throws CheckpointError.
 */
export async function readHeader(handle: FileHandle, file: string): Promise<Map<string, StoredTensor>> {
  const { size } = await handle.stat();
  const refuse = refusal(file);
  if (size < LENGTH_BYTES)
    refuse(`expected at least ${LENGTH_BYTES} bytes of header length`, `a file of ${size} bytes`);
  const length = (await readExactly(handle, file, 0, LENGTH_BYTES)).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) refuse(`expected a header of at most ${MAX_HEADER_BYTES} bytes`, `${length}`);
  const headerBytes = Number(length);
  if (LENGTH_BYTES + headerBytes > size)
    refuse(`expected a header of ${headerBytes} bytes`, `a file of ${size} bytes in all`);
  const header = parseJson(await readExactly(handle, file, LENGTH_BYTES, headerBytes), file);
  return checkHeader(header, file, LENGTH_BYTES + headerBytes, size);
}

async function readExactly(handle: FileHandle, file: string, position: number, bytes: number): Promise<DataView> {
  const buffer = new Uint8Array(bytes);
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await handle.read(buffer, done, bytes - done, position + done);
    if (bytesRead === 0) refusal(file)(`expected ${bytes} bytes at ${position}`, `${done}`);
    done += bytesRead;
  }
  return new DataView(buffer.buffer);
}

function parseJson(bytes: DataView, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return refusal(file)("expected the header to be JSON in UTF-8", (error as Error).message);
  }
  return isObject(value) ? value : refusal(file)("expected the header to be a JSON object", show(value));
}

/**
 * Checks a parsed header against the file it stands in: `dataStart` is where the tensors' bytes begin, `fileBytes` where
 * the file ends. A key given twice keeps its last value, and `__proto__` is a name like any other.
 */
function checkHeader(header: object, file: string, dataStart: number, fileBytes: number): Map<string, StoredTensor> {
  const tensors: StoredTensor[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") checkMetadata(value, file);
    else tensors.push(checkTensor(name, value, file, dataStart));
  }
  tensors.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);

  let end = dataStart;
  for (const { name, offset, bytes } of tensors) {
    if (offset !== end)
      refusal(file, name)(`expected data_offsets to start at ${end - dataStart}`, `${offset - dataStart}`);
    end += bytes;
  }
  if (end !== fileBytes) refusal(file)(`expected ${end} bytes from the header`, `a file of ${fileBytes} bytes`);
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

function checkMetadata(value: unknown, file: string): void {
  const isMap = isObject(value) && Object.values(value).every((text) => typeof text === "string");
  if (value !== null && !isMap) refusal(file, "__metadata__")("expected an object of strings", show(value));
}

function checkTensor(name: string, value: unknown, file: string, dataStart: number): StoredTensor {
  const refuse = refusal(file, name);
  if (!isObject(value)) return refuse("expected an object with dtype, shape and data_offsets", show(value));
  const { dtype, shape, data_offsets: offsets } = value;
  const bits = BITS.get(dtype);
  if (bits === undefined) return refuse(`expected dtype to be one of ${[...BITS.keys()].join(", ")}`, show(dtype));
  if (!isExtents(shape)) return refuse("expected shape to be a list of extents", show(shape));
  if (!isExtents(offsets) || offsets.length !== 2)
    return refuse("expected data_offsets to be two byte offsets", show(offsets));
  const [begin, end] = offsets as [number, number];

  const shapeBits = shape.reduce((product, extent) => checkedProduct(product, extent, refuse), 1n) * BigInt(bits);
  if (shapeBits > MAX_U64) refuse("expected a size below 2^64 bits", show(shape));
  if (shapeBits !== BigInt(end - begin) * 8n)
    refuse(`expected ${dtype} ${show(shape)} to span ${Number(shapeBits) / 8} bytes`, `data_offsets ${show(offsets)}`);
  return { name, dtype: dtype as string, shape, file, bytes: end - begin, offset: dataStart + begin };
}

/** Overflow is an error even where a later extent is zero, as it is in the format's own library. */
function checkedProduct(product: bigint, extent: number, refuse: (expected: string, received: string) => never) {
  const next = product * BigInt(extent);
  return next <= MAX_U64 ? next : refuse("expected a shape of fewer than 2^64 elements", `${next}`);
}

function isExtents(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refusal(file: string, tensor?: string): (expected: string, received: string) => never {
  return (expected, received) => {
    const where = tensor === undefined ? file : `${file}: tensor ${JSON.stringify(tensor)}`;
    throw new CheckpointError(`Cannot read ${where}: ${expected}: received ${received}`);
  };
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 100 ? text : `${text.slice(0, 100)}...`;
}
