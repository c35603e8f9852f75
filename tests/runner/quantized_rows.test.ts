import { expect, test } from "bun:test";
import fc from "fast-check";
import { rowBytes } from "../../src/contracts/device.ts";
import { CheckpointError } from "../../src/contracts/weights.ts";
import { QuantizedRows } from "../../src/runner/quantized_rows.ts";
import { Data } from "../../src/selftest/data.ts";
import { quantizeRow } from "../../src/weights/quantize.ts";

const DTYPES = ["int8", "int4"] as const;

test("rows are quantised alike wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DTYPES),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (dtype, cols4, rows, cuts) => {
        const cols = 4 * cols4;
        const values = new Data(cols).floats(rows * cols);
        const bytes = rowBytes({ dtype, cols });
        const expected = new Uint8Array(rows * bytes);
        for (let row = 0; row < rows; row++) {
          quantizeRow(values.subarray(row * cols, (row + 1) * cols), dtype, expected.subarray(row * bytes));
        }
        const stream = new QuantizedRows(cols, dtype, "w");
        const places = [0, ...cuts.filter((cut) => cut < values.length).toSorted((a, b) => a - b), values.length];
        const parts = places.slice(1).map((end, i) => stream.push(values.subarray(places[i]!, end)));
        for (const part of parts) expect(part.length % bytes).toBe(0);
        expect(Buffer.concat(parts).equals(expected)).toBe(true);
      },
    ),
  );
});

test("a weight that is no number is refused with the tensor's name", () => {
  for (const dtype of DTYPES) {
    const values = new Float32Array(64);
    values[40] = Number.NaN;
    const push = () => new QuantizedRows(32, dtype, "layers.3.up").push(values);
    expect(push).toThrow(CheckpointError);
    expect(push).toThrow(/Cannot quantise tensor "layers\.3\.up": expected .* received NaN/);
  }
});
