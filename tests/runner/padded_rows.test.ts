import { expect, test } from "bun:test";
import fc from "fast-check";
import { PaddedRows } from "../../src/runner/padded_rows.ts";

test("rows are padded however the stream is cut", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 7 }), cuts, (rowBytes, zeros, lengths) => {
      const paddedBytes = rowBytes + zeros;
      const bytes = Uint8Array.from({ length: lengths.reduce((sum, n) => sum + n, 0) }, (_, i) => (i % 255) + 1);
      const rows = new PaddedRows(rowBytes, paddedBytes);
      const padded: number[] = [];
      let at = 0;
      for (const length of lengths) {
        padded.push(...rows.push(bytes.subarray(at, at + length)));
        at += length;
      }
      const whole = zeros === 0 ? bytes.length : Math.floor(bytes.length / rowBytes) * rowBytes;
      const expected: number[] = [];
      bytes.subarray(0, whole).forEach((byte, i) => {
        expected.push(byte);
        if (i % rowBytes === rowBytes - 1) expected.push(...new Array<number>(zeros).fill(0));
      });
      expect(padded).toEqual(expected);
    }),
  );
});
