import { expect, test } from "bun:test";
import { rotationTable } from "../../src/runner/rotation.ts";

test("each row holds the cosines, then the sines, of position times frequency, scaled", () => {
  const inverseFrequencies = Float64Array.of(1, 0.01);
  const table = rotationTable({ kind: "rope", inverseFrequencies, amplitude: 0.5 }, 4000);
  expect(table.length).toBe(4000 * 4);
  const row = [...table.subarray(3999 * 4)];
  const expected = [Math.cos(3999), Math.cos(39.99), Math.sin(3999), Math.sin(39.99)].map((value) => 0.5 * value);
  row.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
});
