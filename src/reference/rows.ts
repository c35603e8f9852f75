import type { ReferenceBuffer } from "./buffer.ts";
import { numberToF16 } from "./half.ts";

/** Rows of numbers as they lie in memory, in any element type. */
export interface Rows {
  /** Σ x[from + i] * element[at + i] for i < count, in f64. */
  dot(x: Float32Array, from: number, at: number, count: number): number;
  /** out[to + i] += factor * element[at + i]. */
  addTo(out: Float32Array | Float64Array, to: number, factor: number, at: number, count: number): void;
  set(at: number, value: number): void;
}

/**
 * Products of rows of x with a weight's rows: takes the row of x that begins at `from` and returns its product with the
 * weight's row that begins at element `at`.
 */
export type ProductRows = (x: Float32Array, from: number) => (at: number) => number;

export function floatRows({ f32 }: ReferenceBuffer): Rows {
  return {
    dot(x, from, at, count) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += x[from + i]! * f32[at + i]!;
      return sum;
    },
    addTo(out, to, factor, at, count) {
      for (let i = 0; i < count; i++) out[to + i]! += factor * f32[at + i]!;
    },
    set(at, value) {
      f32[at] = value;
    },
  };
}

/** Of 16-bit elements, whose values stand in a table. */
export function tableRows({ u16 }: ReferenceBuffer, values: Float32Array): Rows {
  return {
    dot(x, from, at, count) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += x[from + i]! * values[u16[at + i]!]!;
      return sum;
    },
    addTo(out, to, factor, at, count) {
      for (let i = 0; i < count; i++) out[to + i]! += factor * values[u16[at + i]!]!;
    },
    // Only caches are written element by element, and a 16-bit cache is f16.
    set(at, value) {
      u16[at] = numberToF16(value);
    },
  };
}
