import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Random } from "../../src/base/random.ts";
import { CHUNK, type QuantizedDtype, rowBytes } from "../../src/contracts/device.ts";
import { LARGEST, quantizeRows } from "../../src/weights/quantize.ts";

const DTYPES = ["int8", "int4"] as const;

function quantize(row: Float32Array, dtype: QuantizedDtype): Uint8Array<ArrayBuffer> {
  return quantizeRows(row, row.length, dtype);
}

const halfOf = (bits: number) => new Float16Array(Uint16Array.of(bits).buffer)[0]!;
const chunksOf = (cols: number) => Math.ceil(cols / CHUNK);

function scalesOf(bytes: Uint8Array, cols: number, dtype: QuantizedDtype): number[] {
  const begin = chunksOf(cols) * (dtype === "int8" ? 32 : 16);
  return Array.from({ length: chunksOf(cols) }, (_, group) =>
    halfOf(bytes[begin + 2 * group]! | (bytes[begin + 2 * group + 1]! << 8)),
  );
}

/** Without the zero point; of the padding, too. */
function quantsOf(bytes: Uint8Array<ArrayBuffer>, cols: number, dtype: QuantizedDtype): number[] {
  return Array.from({ length: chunksOf(cols) * CHUNK }, (_, i) => {
    if (dtype === "int8") return new Int8Array(bytes.buffer)[i]!;
    return ((new DataView(bytes.buffer).getUint32(4 * Math.floor(i / 8), true) >>> (4 * (i % 8))) & 15) - 8;
  });
}

function dequantize(bytes: Uint8Array<ArrayBuffer>, cols: number, dtype: QuantizedDtype): Float32Array {
  const scales = scalesOf(bytes, cols, dtype);
  const quants = quantsOf(bytes, cols, dtype);
  return Float32Array.from({ length: cols }, (_, i) => quants[i]! * scales[Math.floor(i / CHUNK)]!);
}

/** Rows of weights of every size that f16 scales reach, with groups that are zero or hold an outlier. */
const anyRow = (dtype: QuantizedDtype) =>
  fc
    .array(
      fc.record({
        exponent: fc.integer({ min: -40, max: 30 }),
        values: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: CHUNK }),
        zero: fc.boolean(),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((groups) => {
      const values = groups.flatMap(({ exponent, values, zero }, i) => {
        const group = i + 1 < groups.length ? [...values, ...Array(CHUNK - values.length).fill(0)] : values;
        return group.map((value) => (zero && exponent % 4 === 0 ? 0 : value * 2 ** exponent));
      });
      return Float32Array.from(values, (value) => Math.max(-LARGEST[dtype], Math.min(LARGEST[dtype], value)));
    });

const chunksIn = (row: Float32Array) =>
  Array.from({ length: chunksOf(row.length) }, (_, i) => row.subarray(i * CHUNK, (i + 1) * CHUNK));
const peakOf = (group: Float32Array) =>
  group.reduce((peak, value) => (Math.abs(value) > Math.abs(peak) ? value : peak), 0);

/** A search over all the quants there are. */
function nearest(value: number, scale: number, from: number, to: number): number[] {
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let quant = from; quant <= to; quant++) {
    const error = Math.abs(value - quant * scale);
    if (error < least) best = [];
    if (error <= least) best.push(quant);
    least = Math.min(error, least);
  }
  return best;
}

/** The format's rules, plainly: the scale and the quants of a chunk. */
function plainly(chunk: Float32Array, dtype: QuantizedDtype): { readonly scale: number; readonly quants: number[] } {
  const peak = peakOf(chunk);
  const tie = (value: number) => {
    const below = Math.floor(value);
    return value - below === 0.5 ? below + (below & 1) : Math.round(value);
  };
  const candidates = dtype === "int8" ? [Math.abs(peak) / 127] : [peak / -8, peak / -8.5];
  let least = Number.POSITIVE_INFINITY;
  let best = { scale: 0, quants: [...chunk].map(() => 0) };
  for (const wanted of peak === 0 ? [] : candidates) {
    let bits = new Uint16Array(new Float16Array([Math.fround(wanted)]).buffer)[0]!;
    if ((bits & 0x7fff) === 0) bits |= 1;
    if (dtype === "int8" && Math.abs(peak) > 127.5 * halfOf(bits)) bits++;
    const scale = halfOf(bits);
    const rounded = [...chunk].map((value) => tie(value * (1 / scale)));
    const quants = dtype === "int8" ? rounded : rounded.map((quant) => Math.max(-8, Math.min(7, quant)));
    const error = chunk.reduce((sum, value, i) => sum + (value - quants[i]! * scale) ** 2, 0);
    if (error < least) best = { scale, quants };
    least = Math.min(error, least);
  }
  return best;
}

for (const dtype of DTYPES)
  describe(dtype, () => {
    test("scales and quants are those of the rules, of every row", () => {
      fc.assert(
        fc.property(anyRow(dtype), (row) => {
          const rows = Float32Array.of(...row, ...row.toReversed());
          const bytes = quantizeRows(rows, row.length, dtype);
          [row, row.toReversed()].forEach((values, r) => {
            const mine = bytes.slice((r * bytes.length) / 2, ((r + 1) * bytes.length) / 2);
            const chunks = chunksIn(values).map((chunk) => plainly(chunk, dtype));
            expect(scalesOf(mine, row.length, dtype)).toEqual(chunks.map(({ scale }) => scale));
            const quants = quantsOf(mine, row.length, dtype).slice(0, row.length);
            expect(quants.map((quant) => quant + 0)).toEqual(chunks.flatMap((chunk) => chunk.quants.map((q) => q + 0)));
          });
        }),
        { numRuns: 200 },
      );
    });

    const [from, to] = dtype === "int8" ? [-127, 127] : [-8, 7];

    test("every quant is the nearest for the scale as it is stored", () => {
      fc.assert(
        fc.property(anyRow(dtype), (row) => {
          const bytes = quantize(row, dtype);
          const scales = scalesOf(bytes, row.length, dtype);
          const quants = quantsOf(bytes, row.length, dtype);
          for (let i = 0; i < row.length; i++) {
            const scale = scales[Math.floor(i / CHUNK)]!;
            const allowed = scale === 0 ? [0] : nearest(row[i]!, scale, from, to);
            expect(allowed).toContain(quants[i]!);
          }
          expect(quants.slice(row.length).every((quant) => quant === 0)).toBe(true);
        }),
        { numRuns: 60 },
      );
    });

    test("the error of an element is bounded by its group's largest", () => {
      fc.assert(
        fc.property(anyRow(dtype), (row) => {
          const values = dequantize(quantize(row, dtype), row.length, dtype);
          chunksIn(row).forEach((group, g) => {
            const peak = Math.abs(peakOf(group));
            // int8: half a step. int4: the scale that meets the peak leaves at most a step, at the other end, and no other
            // one's sum of squares is chosen over 32 such.
            const step = (peak / (dtype === "int8" ? 127 : 8)) * (1 + 2 ** -11) + 2 ** -24;
            const most = step * (dtype === "int8" ? 0.5 : Math.sqrt(CHUNK) * 1.01);
            group.forEach((value, i) => {
              expect(Math.abs(value - values[g * CHUNK + i]!)).toBeLessThanOrEqual(most);
            });
          });
        }),
        { numRuns: 100 },
      );
    });

    test("what is quantised already keeps its values, while scales have all their bits", () => {
      fc.assert(
        fc.property(anyRow(dtype), (row) => {
          const bytes = quantize(row, dtype);
          const once = dequantize(bytes, row.length, dtype);
          const twice = dequantize(quantize(once, dtype), row.length, dtype);
          scalesOf(bytes, row.length, dtype).forEach((scale, g) => {
            if (Math.abs(scale) < 2 ** -14 && scale !== 0) return;
            const group = (values: Float32Array) => values.subarray(g * CHUNK, (g + 1) * CHUNK);
            expect(group(twice)).toEqual(group(once));
          });
        }),
        { numRuns: 100 },
      );
    });

    test("zeros, minus zero among them, are zeros with a scale of zero", () => {
      const bytes = quantize(
        Float32Array.from({ length: 70 }, (_, i) => (i % 2 ? -0 : 0)),
        dtype,
      );
      expect(scalesOf(bytes, 70, dtype)).toEqual([0, 0, 0]);
      expect(new Set(quantsOf(bytes, 70, dtype))).toEqual(new Set([0]));
    });

    test("a row of 44 takes two groups, their scales and padding of zeros to a multiple of 8 bytes", () => {
      const bytes = quantize(new Float32Array(44).fill(1), dtype);
      expect(bytes.length).toBe(dtype === "int8" ? 64 + 8 : 32 + 8);
      expect([...bytes.subarray(-4)]).toEqual([0, 0, 0, 0]);
      expect(rowBytes({ dtype, cols: 128 })).toBe(dtype === "int8" ? 128 + 8 : 64 + 8);
    });

    test("the smallest and the largest of scales stay finite and above zero", () => {
      const tiny = Float32Array.from({ length: 32 }, (_, i) => 2 ** -24 * (i % 3));
      expect(dequantize(quantize(tiny, dtype), 32, dtype)).toEqual(tiny);
      const huge = Float32Array.from({ length: 32 }, (_, i) => (i === 5 ? LARGEST[dtype] : 0));
      expect(dequantize(quantize(huge, dtype), 32, dtype)[5]! / LARGEST[dtype]).toBeCloseTo(1, 5);
      for (const value of [2 ** -26, 1e-40]) {
        expect(dequantize(quantize(new Float32Array(32).fill(value), dtype), 32, dtype)).toEqual(new Float32Array(32));
      }
    });

    test("NaN, infinity and what no scale reaches are refused", () => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -LARGEST[dtype] * 1.001]) {
        const row = new Float32Array(40);
        row[37] = value;
        expect(() => quantize(row, dtype)).toThrow(`received ${Math.fround(value)}`);
      }
    });
  });

/** Squared errors of a chunk: with the scale that meets its largest element, and with the one that is stored. */
function int4Errors(chunk: Float32Array): { readonly plain: number; readonly stored: number } {
  const scale = new Float16Array([peakOf(chunk) / -8])[0]!;
  const values = dequantize(quantize(chunk, "int4"), chunk.length, "int4");
  const sum = (errors: Float32Array) => errors.reduce((total, error) => total + error ** 2, 0);
  return {
    plain: sum(chunk.map((value) => value - (scale === 0 ? 0 : nearest(value, scale, -8, 7)[0]! * scale))),
    stored: sum(chunk.map((value, i) => value - values[i]!)),
  };
}

test("int4 takes the sign of its scale from the first of equally large weights", () => {
  for (const sign of [1, -1]) {
    const chunk = Float32Array.from({ length: CHUNK }, (_, i) => (i === 3 ? sign : i === 20 ? -sign : 0.25));
    expect(Math.sign(scalesOf(quantize(chunk, "int4"), CHUNK, "int4")[0]!)).toBe(-sign);
  }
});

test("int4 is never worse than the scale that meets the largest weight", () => {
  fc.assert(
    fc.property(anyRow("int4"), (row) => {
      for (const chunk of chunksIn(row)) {
        const { plain, stored } = int4Errors(chunk);
        expect(stored).toBeLessThanOrEqual(plain * (1 + 1e-6));
      }
    }),
    { numRuns: 100 },
  );
});

test("and for weights as models have them, it is often better", () => {
  const random = new Random(3);
  const normal = () => Array.from({ length: 8 }, () => random.next() - 0.5).reduce((sum, part) => sum + part, 0);
  const errors = Array.from({ length: 300 }, () => int4Errors(Float32Array.from({ length: CHUNK }, normal)));
  const better = errors.filter(({ plain, stored }) => stored < plain * 0.99).length;
  expect(better / errors.length).toBeGreaterThan(0.3);
  const total = (which: "plain" | "stored") => errors.reduce((sum, error) => sum + error[which], 0);
  expect(total("stored") / total("plain")).toBeLessThan(0.96);
});
