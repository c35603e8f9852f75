import { expect, test } from "bun:test";
import fc from "fast-check";
import { WholeRows } from "../../src/runner/whole_rows.ts";

test("rows come whole, once and in order, wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      (rowBytes, rows, cuts) => {
        const stream = Uint8Array.from({ length: rows * rowBytes }, (_, i) => i);
        const places = [0, ...cuts.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length];
        const whole = new WholeRows(rowBytes);
        const parts = places.slice(1).map((end, i) => whole.push(stream.subarray(places[i]!, end)));
        for (const part of parts) {
          expect(part.length % rowBytes).toBe(0);
          expect(part.byteOffset).toBe(0);
          expect(part.buffer).not.toBe(stream.buffer);
        }
        expect(new Uint8Array(Buffer.concat(parts))).toEqual(stream);
      },
    ),
  );
});
