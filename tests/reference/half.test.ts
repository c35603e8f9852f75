import { describe, expect, test } from "bun:test";
import { bf16ToNumber, f16ToNumber, numberToBf16, numberToF16 } from "../../src/reference/half.ts";

describe("half formats", () => {
  test("every pattern but NaN survives the way to a number and back", () => {
    for (let bits = 0; bits < 65536; bits++) {
      for (const [decode, encode] of [
        [f16ToNumber, numberToF16],
        [bf16ToNumber, numberToBf16],
      ] as const) {
        const value = decode(bits);
        if (Number.isNaN(value)) expect(decode(encode(value))).toBeNaN();
        else if (encode(value) !== bits) throw new Error(`${bits} became ${encode(value)} by way of ${value}`);
      }
    }
  });

  test("f16 rounds to the nearest, ties to even, and overflows to infinity", () => {
    expect(f16ToNumber(numberToF16(1 + 2 ** -11))).toBe(1);
    expect(f16ToNumber(numberToF16(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9);
    expect(f16ToNumber(numberToF16(2 ** -25))).toBe(0);
    expect(f16ToNumber(numberToF16(1.5 * 2 ** -24))).toBe(2 ** -23);
    expect(f16ToNumber(numberToF16(65519))).toBe(65504);
    expect(f16ToNumber(numberToF16(-65520))).toBe(Number.NEGATIVE_INFINITY);
  });

  test("bf16 rounds to the nearest, ties to even", () => {
    expect(bf16ToNumber(numberToBf16(1 + 2 ** -8))).toBe(1);
    expect(bf16ToNumber(numberToBf16(1 + 3 * 2 ** -8))).toBe(1 + 2 ** -6);
    expect(bf16ToNumber(numberToBf16(3.4e38))).toBe(Number.POSITIVE_INFINITY);
  });
});
