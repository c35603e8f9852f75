import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { CheckpointError } from "../../src/contracts/weights.ts";
import { readHeader } from "../../src/weights/safetensors.ts";
import { inScratch, rejection, safetensors } from "./fixtures.ts";

const DATA = join(import.meta.dir, "../../../shared/data/safetensors");

/** The header of a file of these bytes. */
function headerOf(bytes: Uint8Array, directory: string) {
  const file = join(directory, "model.safetensors");
  return writeFile(file, bytes).then(() => headerOfFile(file));
}

async function headerOfFile(file: string) {
  const handle = await open(file, "r");
  try {
    return await readHeader(handle, file);
  } finally {
    await handle.close();
  }
}

const entry = (begin: number, end: number, more: object = {}) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
  ...more,
});

describe("the official library's verdicts", () => {
  if (!existsSync(DATA)) {
    test.skip("../shared/data/safetensors is absent", () => {});
    return;
  }
  const verdicts: { file: string; accepted: boolean; tensors?: string[] }[] = require(join(DATA, "index.json"));
  test("there are verdicts", () => expect(verdicts.length).toBeGreaterThan(20));
  for (const { file, accepted, tensors } of verdicts)
    test(`${accepted ? "accepts" : "refuses"} ${file}`, async () => {
      const path = join(DATA, file);
      if (accepted) expect([...(await headerOfFile(path)).keys()].sort()).toEqual(tensors!);
      else {
        const error = await rejection(headerOfFile(path));
        expect(error).toBeInstanceOf(CheckpointError);
        expect(error.message).toContain(path);
      }
    });
});

describe("readHeader", () => {
  test("places tensors behind the header, in the order of their bytes", () =>
    inScratch(async (directory) => {
      const header = { second: entry(8, 12), __metadata__: { format: "pt" }, first: entry(0, 8) };
      const tensors = await headerOf(safetensors(header, new Uint8Array(12)), directory);
      const start = 8 + JSON.stringify(header).length;
      expect([...tensors.values()].map(({ name, offset, bytes }) => [name, offset, bytes])).toEqual([
        ["first", start, 8],
        ["second", start + 8, 4],
      ]);
      expect(({} as Record<string, unknown>).dtype).toBeUndefined();
    }));

  const refused: [string, string | object, number, RegExp][] = [
    ["a gap", { a: entry(0, 4), b: entry(8, 12) }, 12, /tensor "b": expected data_offsets to start at 4: received 8/],
    ["an overlap", { a: entry(0, 8), b: entry(4, 12) }, 12, /tensor "b": expected .* start at 8: received 4/],
    [
      "a span that is not the shape's",
      { a: entry(0, 8, { shape: [3] }) },
      8,
      /"a": expected F32 \[3\] to span 12 bytes/,
    ],
    ["an unknown dtype", { a: entry(0, 4, { dtype: "F31" }) }, 4, /"a": expected dtype .*: received "F31"/],
    ["an inherited name as dtype", { a: entry(0, 4, { dtype: "toString" }) }, 4, /expected dtype/],
    ["a fraction as extent", { a: entry(0, 4, { shape: [0.5, 2] }) }, 4, /expected shape .*: received \[0.5,2\]/],
    ["overflow before a zero extent", { a: entry(0, 0, { shape: [2 ** 33, 2 ** 33, 0] }) }, 0, /fewer than 2\^64/],
    ["half a byte", { a: entry(0, 0, { dtype: "F4", shape: [1] }) }, 0, /span 0.5 bytes/],
    ["a truncated tensor", { a: entry(0, 8) }, 4, /expected \d+ bytes from the header: received a file of/],
    ["a tensor that is no object", { a: 1 }, 0, /tensor "a": expected an object/],
    ["metadata that is a list", { __metadata__: ["x"] }, 0, /__metadata__/],
    ["a byte order mark", "\ufeff{}", 0, /JSON in UTF-8/],
    ["null", "null", 0, /JSON object: received null/],
  ];
  for (const [what, header, bytes, message] of refused)
    test(`refuses ${what}`, () =>
      inScratch(async (directory) => {
        const error = await rejection(headerOf(safetensors(header, new Uint8Array(bytes)), directory));
        expect(error).toBeInstanceOf(CheckpointError);
        expect(error.message).toMatch(message);
      }));

  test("refuses bytes that are no UTF-8", () =>
    inScratch(async (directory) => {
      const file = safetensors('{"?":1}');
      file[10] = 0xff;
      expect((await rejection(headerOf(file, directory))).message).toContain("JSON in UTF-8");
    }));

  test("gives a verdict on any mutation of a good file", () =>
    inScratch(async (directory) => {
      const good = safetensors(
        {
          __metadata__: { format: "pt" },
          a: entry(0, 8),
          b: entry(8, 8),
          c: entry(8, 12, { dtype: "BF16", shape: [2, 1] }),
        },
        new Uint8Array(12),
      );
      const edit = fc.record({
        at: fc.nat(good.length - 1),
        byte: fc.oneof(fc.nat(255), fc.constantFrom(...'0129-.e,"[]{}'.split("").map((c) => c.charCodeAt(0)))),
      });
      let refusals = 0;
      const verdict = async (edits: { at: number; byte: number }[], cut: number) => {
        const bytes = good.slice(0, good.length - cut);
        for (const { at, byte } of edits) if (at < bytes.length) bytes[at] = byte;
        try {
          const tensors = await headerOf(bytes, directory);
          const spans = [...tensors.values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
          expect(spans).toBeLessThanOrEqual(bytes.length - 8);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
          refusals++;
        }
      };
      const cut = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(good.length));
      const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
      await fc.assert(fc.asyncProperty(edits, cut, verdict), { numRuns: 500 });
      expect(refusals).toBeGreaterThan(100);
      expect((await readFile(join(directory, "model.safetensors"))).length).toBeLessThanOrEqual(good.length);
    }));
});
