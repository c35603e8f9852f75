import { PACKED_DOT } from "../../../kernels/lib/products.ts";
import { quantizeRows } from "../../../kernels/quantize_rows.ts";
import { CHUNK, type DeviceBuffer, type LinearArgs, paddedCols, type StepShape } from "../../contracts/device.ts";
import type { Binder, Dispatch } from "../binder.ts";
import type { ProductTuning } from "./product.ts";

/** Rounds the rows of x, or of the norm of x, to int8, into room of their own. Throws where no product can read them. */
export function roundRows(
  binder: Binder,
  name: string,
  { x, norm, weight: { cols }, rows }: Pick<LinearArgs, "x" | "norm" | "weight" | "rows">,
  { shapes }: ProductTuning,
): { readonly out: DeviceBuffer; readonly dispatch: Dispatch } {
  const packed = !shapes.some(({ kind }) => kind.startsWith("lanes"));
  if (packed && !binder.limits.wgslFeatures.has(PACKED_DOT)) {
    throw new Error(
      `Cannot bind ${name}: a product of int8 by int8 needs WGSL's ${PACKED_DOT}, which this WebGPU has not: ` +
        "load the weights with --quantization int8",
    );
  }
  const chunks = paddedCols(cols) / CHUNK;
  const stride = packed ? Math.ceil((chunks * (CHUNK + 4)) / 8) * 2 : chunks * (CHUNK + 1);
  const out = binder.scratch(x, Math.floor(x.bytes / (4 * cols)) * stride * 4);
  const params = {
    width4: cols / 4,
    chunks,
    stride,
    layer: Number(norm?.kind === "layer"),
    has_bias: Number(norm?.bias !== undefined),
    epsilon: norm?.epsilon ?? 0,
  };
  const group = binder.group(name, quantizeRows, params, { x, weight: norm?.weight, bias: norm?.bias, out });
  const constants = { NORMED: Number(norm !== undefined), PACKED: Number(packed) };
  // A norm takes a workgroup that sees all of its row.
  const groups = norm ? 1 : Math.ceil(chunks / 64);
  const rowsOf = (step: StepShape) => (rows === "samples" ? step.samples : step.rows);
  const shader = binder.shader(quantizeRows, { constants });
  return { out, dispatch: { shader, group, grid: (step) => [groups, rowsOf(step), 1] } };
}
