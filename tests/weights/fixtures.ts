import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A scratch directory that is removed when `body` ends. */
export async function inScratch<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "octavo-test-"));
  try {
    return await body(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A safetensors file of this header, as text or as a value, and these data bytes. */
export function safetensors(header: string | object, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

export interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** A safetensors file that holds these tensors in this order. */
export function safetensorsOf(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const header: Record<string, object> = {};
  let end = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + data.length] };
    end += data.length;
  }
  return safetensors(header, Buffer.concat(Object.values(tensors).map(({ data }) => data)));
}

/** Writes files into a directory: bytes as they are, anything else as JSON. */
export async function writeFiles(directory: string, files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, content] of Object.entries(files))
    await writeFile(join(directory, name), content instanceof Uint8Array ? content : JSON.stringify(content));
}

/** The error that a promise rejects with; fails where it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const resolved = Symbol();
  const result = await promise.then(
    () => resolved,
    (error: unknown) => error,
  );
  if (result === resolved) throw new Error("expected a rejection");
  return result as Error;
}
