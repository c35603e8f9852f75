import { expect, test } from "bun:test";
import { ACTIVATIONS } from "../../src/reference/activation.ts";

/** PyTorch 2.13 in f64: torch.nn.functional.{silu, gelu}, tanh approximation last. */
const TORCH: readonly (readonly [x: number, silu: number, gelu: number, tanh: number])[] = [
  [-20.0, -4.122307236380407e-8, -0.0, -0.0],
  [-5.5, -0.0223857574374287, -1.0444259362918373e-7, -5.927640267522349e-9],
  [-1.0, -0.2689414213699951, -0.15865525393145702, -0.15880800939172324],
  [-0.01, -0.00497500020833125, -0.004960106436853684, -0.0049601064401444276],
  [0.0, 0.0, 0.0, 0.0],
  [0.3, 0.1723327550434977, 0.1853734266566858, 0.18537092354275922],
  [2.0, 1.7615941559557646, 1.9544997361036416, 1.954597694087775],
  [4.0, 3.928055160151634, 3.9998733150326675, 3.9999297540518075],
  [9.0, 8.998889448816124, 9.0, 9.0],
];

test.each(TORCH)("activations of %p are PyTorch's", (x, silu, gelu, geluTanh) => {
  expect(ACTIVATIONS.silu(x)).toBeCloseTo(silu, 14);
  expect(ACTIVATIONS.gelu(x)).toBeCloseTo(gelu, 14);
  expect(ACTIVATIONS.gelu_tanh(x)).toBeCloseTo(geluTanh, 14);
  expect(ACTIVATIONS.relu(x)).toBe(Math.max(0, x));
  expect(ACTIVATIONS.none(x)).toBe(x);
});
