import { describe, expect, test } from "bun:test";
import { convert, weightDtype } from "../../src/weights/dtype.ts";

const ALL_HALVES = Uint16Array.from({ length: 65536 }, (_, i) => i);
const bytesOf = (array: Uint16Array | Float32Array | Uint32Array) => new Uint8Array(array.buffer);
const floatsOf = (bytes: Uint8Array) => new Float32Array(bytes.buffer);
const halvesOf = (bytes: Uint8Array) => new Uint16Array(bytes.buffer);

/** The value that IEEE 754 gives a pattern of 1 sign bit, `exponentBits` and `fractionBits`. */
function decode(pattern: number, exponentBits: number, fractionBits: number): number {
  const sign = (pattern >> 15) & 1 ? -1 : 1;
  const exponent = (pattern >> fractionBits) & ((1 << exponentBits) - 1);
  const fraction = (pattern & ((1 << fractionBits) - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

const FORMATS = [
  { dtype: "f16", exponentBits: 5, fractionBits: 10 },
  { dtype: "bf16", exponentBits: 8, fractionBits: 7 },
] as const;

for (const { dtype, exponentBits, fractionBits } of FORMATS)
  describe(dtype, () => {
    const values = Float64Array.from(ALL_HALVES, (pattern) => decode(pattern, exponentBits, fractionBits));

    test("every pattern widens to its value and narrows back to itself", () => {
      const wide = convert(bytesOf(ALL_HALVES), dtype, "f32");
      const floats = floatsOf(wide);
      const wrong = ALL_HALVES.filter((pattern) => !Object.is(floats[pattern], values[pattern]));
      expect([...wrong]).toEqual([]);
      const back = halvesOf(convert(wide, "f32", dtype));
      for (const pattern of ALL_HALVES)
        if (Number.isNaN(values[pattern]!)) expect(decode(back[pattern]!, exponentBits, fractionBits)).toBeNaN();
        else if (back[pattern] !== pattern) throw new Error(`${pattern} came back as ${back[pattern]}`);
    });

    test("between two neighbours the nearer is taken, and the even one in the middle", () => {
      const finite = ((1 << exponentBits) - 1) << fractionBits;
      for (const sign of [0, 0x8000])
        for (let lower = 0; lower + 1 < finite; lower++) {
          const [a, b] = [values[sign | lower]!, values[sign | (lower + 1)]!];
          const middle = (a + b) / 2;
          const even = lower % 2 === 0 ? lower : lower + 1;
          const tieBits = f32Bits(middle);
          const inputs = Uint32Array.of(tieBits, tieBits - 1, tieBits + 1);
          const [tie, below, above] = halvesOf(convert(bytesOf(inputs), "f32", dtype));
          if (tie !== (sign | even) || below !== (sign | lower) || above !== (sign | (lower + 1)))
            throw new Error(`around ${middle}: ${below}, ${tie}, ${above}`);
        }
    });

    test("past the largest finite value lies infinity", () => {
      const finite = ((1 << exponentBits) - 1) << fractionBits;
      const largest = values[finite - 1]!;
      const half = (largest - values[finite - 2]!) / 2;
      const inputs = Uint32Array.of(f32Bits(largest + half) - 1, f32Bits(largest + half), 0x7f800000, 0xff800000);
      const out = halvesOf(convert(bytesOf(inputs), "f32", dtype));
      expect([...out]).toEqual([finite - 1, finite, finite, 0x8000 | finite]);
    });

    test("NaN stays NaN whatever its payload", () => {
      const inputs = Uint32Array.of(0x7f800001, 0x7fffffff, 0xffc00000, 0xff800001, 0x7f802000);
      for (const out of halvesOf(convert(bytesOf(inputs), "f32", dtype)))
        expect(decode(out, exponentBits, fractionBits)).toBeNaN();
    });
  });

function f32Bits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

test("f16 to bf16 and back round once, through the exact f32", () => {
  const throughF32 = convert(convert(bytesOf(ALL_HALVES), "f16", "f32"), "f32", "bf16");
  expect(convert(bytesOf(ALL_HALVES), "f16", "bf16")).toEqual(throughF32);
  const other = convert(convert(bytesOf(ALL_HALVES), "bf16", "f32"), "f32", "f16");
  expect(convert(bytesOf(ALL_HALVES), "bf16", "f16")).toEqual(other);
});

test("the same dtype is the same chunk; a part of a buffer stays a part", () => {
  const bytes = bytesOf(Float32Array.of(1, 2, 3));
  expect(convert(bytes, "f32", "f32")).toBe(bytes);
  expect([...halvesOf(convert(bytes.subarray(4, 8), "f32", "bf16"))]).toEqual([0x4000]);
  expect([...floatsOf(convert(bytesOf(Uint16Array.of(0, 0, 0x3c00)).subarray(4, 6), "f16", "f32"))]).toEqual([1]);
});

test("safetensors names of the dtypes that are computed with", () => {
  expect(["F32", "F16", "BF16", "F64", "I8", "constructor"].map(weightDtype)).toEqual([
    "f32",
    "f16",
    "bf16",
    undefined,
    undefined,
    undefined,
  ]);
});
