import { PACKED_DOT } from "../../../kernels/lib/products.ts";
import { quantizeRows } from "../../../kernels/quantize_rows.ts";
import { CHUNK, type DeviceBuffer, paddedCols, type RowKind, type StepShape } from "../../contracts/device.ts";
import type { Binder, Dispatch } from "../binder.ts";
import type { ProductTuning } from "./product.ts";

/** Rounds the rows of x to int8, into room of its own. Throws where products of such rows cannot be compiled. */
export function roundRows(
  binder: Binder,
  name: string,
  x: DeviceBuffer,
  cols: number,
  rows: RowKind,
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
  const params = { cols4: cols / 4, chunks, stride };
  const group = binder.group(`${name} input`, quantizeRows, params, { x, out });
  const rowsOf = (step: StepShape) => (rows === "samples" ? step.samples : step.rows);
  const dispatch: Dispatch = {
    shader: binder.shader(quantizeRows, { constants: { PACKED: Number(packed) } }),
    group,
    grid: (step) => [Math.ceil(chunks / 64), rowsOf(step), 1],
  };
  return { out, dispatch };
}
