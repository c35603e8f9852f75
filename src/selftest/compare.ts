import type { KvShape } from "../contracts/device.ts";
import { F16_VALUES } from "../reference/half.ts";
import { decodeCache } from "./data.ts";

/** What an output holds: elements of a type, or a K or V cache. */
export type Element = "f32" | "f16" | "u32" | KvShape;

/** The numbers in an output's bytes. */
export function numbersOf(bytes: Uint8Array, element: Element): ArrayLike<number> {
  if (typeof element === "object") return decodeCache(bytes, element);
  const { buffer } = bytes.slice();
  if (element === "u32") return new Uint32Array(buffer);
  if (element === "f32") return new Float32Array(buffer);
  return Float32Array.from(new Uint16Array(buffer), (bits) => F16_VALUES[bits]!);
}

/**
 * A sentence on where `actual` strays from `expected` by more than `tolerance` times the largest magnitude expected;
 * null where it does not. NaN agrees with NaN.
 */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): string | null {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]!));
  }
  let worst = -1;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i] || (Number.isNaN(actual[i]!) && Number.isNaN(expected[i]!))) continue;
    const apart = Math.abs(actual[i]! - expected[i]!);
    const error = Number.isFinite(apart) ? apart / (largest || 1) : Number.POSITIVE_INFINITY;
    if (error > worst) {
      worst = error;
      at = i;
    }
  }
  if (worst <= tolerance) return null;
  return `element ${at}: expected ${expected[at]}, received ${actual[at]}: off by ${worst.toExponential(1)} of the largest`;
}
