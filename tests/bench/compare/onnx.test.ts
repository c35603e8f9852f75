import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { convertToOnnx } from "../../../bench/compare/convert_to_onnx.ts";
import { float, message, nested, number } from "../../../bench/compare/protobuf.ts";
import { writeRandomModel } from "../../../bench/lib/write_random_model.ts";

const directory = mkdtempSync(join(tmpdir(), "octavo-onnx-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Field {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/** A reader of its own, by the description of the wire format. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  const fields: Field[] = [];
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    if (key % 8 === 0) fields.push({ field, value: varint() });
    else if (key % 8 === 2) {
      const length = varint();
      fields.push({ field, value: bytes.subarray(at, at + length) });
      at += length;
    } else {
      fields.push({ field, value: view.getFloat32(at, true) });
      at += 4;
    }
  }
  return fields;
}

test("numbers and messages are read as they were written", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.maxSafeNat(), fc.uint8Array({ maxLength: 300 }), (field, value, bytes) => {
      const written = message(number(field + 1, value), float(2, 0.5), nested(3, message(bytes)));
      expect(fieldsOf(written)).toEqual([
        { field: field + 1, value },
        { field: 2, value: 0.5 },
        { field: 3, value: bytes },
      ]);
    }),
  );
});

test("a model's graph names what is computed before, and its weights are turned", async () => {
  const model = { name: "tiny", layers: 2, hidden: 32, heads: 4, kvHeads: 2, headDim: 8, inner: 48, vocab: 64 };
  await writeRandomModel(directory, model, "f32", 3);
  const file = join(directory, "tiny.onnx");
  await convertToOnnx(directory, file);
  const texts = (fields: readonly Field[], wanted: number) =>
    fields.filter(({ field }) => field === wanted).map(({ value }) => new TextDecoder().decode(value as Uint8Array));
  const graph = fieldsOf(fieldsOf(readFileSync(file)).find(({ field }) => field === 7)!.value as Uint8Array);
  const within = (wanted: number) =>
    graph.filter(({ field }) => field === wanted).map(({ value }) => fieldsOf(value as Uint8Array));

  const known = new Set([
    ...within(5).flatMap((tensor) => texts(tensor, 8)),
    ...within(11).flatMap((value) => texts(value, 1)),
  ]);
  for (const node of within(1)) {
    for (const input of texts(node, 1)) expect(known).toContain(input);
    for (const output of texts(node, 2)) if (output) known.add(output);
  }
  const outputs = within(12).flatMap((value) => texts(value, 1));
  expect(outputs).toEqual(["next_ids", ...[0, 1].flatMap((i) => [`present.${i}.key`, `present.${i}.value`])]);
  for (const output of outputs) expect(known).toContain(output);
  const operators = within(1).flatMap((node) => texts(node, 4));
  expect(operators.filter((op) => op === "GroupQueryAttention")).toHaveLength(2);
  expect(operators.filter((op) => op === "MatMul")).toHaveLength(2 * 7 + 1);

  // v_proj of layer 1 is [16, 32] in the checkpoint: element [3, 5] of it is [5, 3] here.
  const header = readFileSync(join(directory, "model.safetensors"));
  const length = Number(header.readBigUInt64LE(0));
  const { data_offsets: span } = JSON.parse(header.toString("utf8", 8, 8 + length))[
    "model.layers.1.self_attn.v_proj.weight"
  ];
  const stored = header.readFloatLE(8 + length + span[0] + (3 * 32 + 5) * 4);
  const tensor = within(5).find((fields) => texts(fields, 8)[0] === "model.layers.1.self_attn.v_proj.weight.turned")!;
  const entries = tensor.filter(({ field }) => field === 13).map(({ value }) => fieldsOf(value as Uint8Array));
  const offset = Number(
    entries.map((entry) => [...texts(entry, 1), ...texts(entry, 2)]).find(([key]) => key === "offset")![1],
  );
  expect(readFileSync(`${file}.weights`).readFloatLE(offset + (5 * 16 + 3) * 4)).toBe(stored);
});
