import { describe, expect, test } from "bun:test";
import { rowBytes, type Weight } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { weightRows } from "../../src/reference/weight_rows.ts";

const halves = (values: readonly number[]) => [...new Uint8Array(new Float16Array(values).buffer)];

/** Two rows of 44 whose quants and scales are known. */
const QUANTS = [
  Array.from({ length: 64 }, (_, i) => (i < 44 ? ((i * 37) % 15) - 8 : 0)),
  Array.from({ length: 64 }, (_, i) => (i < 44 ? ((i * 11) % 15) - 7 : 0)),
];
const SCALES = [
  [0.5, -2],
  [2 ** -20, 65504],
];

const bytesOf = {
  int8: (quants: readonly number[]) => quants.map((quant) => quant & 0xff),
  int4: (quants: readonly number[]) =>
    Array.from({ length: 32 }, (_, i) => (quants[2 * i]! + 8) | ((quants[2 * i + 1]! + 8) << 4)),
};

for (const dtype of ["int8", "int4"] as const) {
  describe(dtype, () => {
    const device = openReferenceDevice();
    const bytes = QUANTS.flatMap((quants, row) => [...bytesOf[dtype](quants), ...halves(SCALES[row]!), 0, 0, 0, 0]);
    const weight: Weight = { buffer: device.allocate("w", bytes.length), dtype, rows: 2, cols: 44 };
    device.write(weight.buffer, 0, Uint8Array.from(bytes));
    const value = (row: number, i: number) => QUANTS[row]![i]! * SCALES[row]![i < 32 ? 0 : 1]!;
    const rows = weightRows(weight);

    test("a row's bytes are its quants, its scales and padding", () => expect(2 * rowBytes(weight)).toBe(bytes.length));

    test("products and sums take every chunk with its scale", () => {
      const x = Float32Array.from({ length: 50 }, (_, i) => Math.fround(Math.sin(i)));
      for (const row of [0, 1]) {
        let sum = 0;
        for (let i = 0; i < 44; i++) sum += x[3 + i]! * value(row, i);
        expect(rows.dot(x, 3, row * 64, 44) / sum).toBeCloseTo(1, 12);
        const out = new Float64Array(50).fill(1);
        rows.addTo(out, 2, 3, row * 64, 44);
        expect([...out]).toEqual([1, 1, ...Array.from({ length: 44 }, (_, i) => 1 + 3 * value(row, i)), 1, 1, 1, 1]);
      }
    });
  });
}
