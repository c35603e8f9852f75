import type { Product, ProductShape } from "../../../kernels/lib/products.ts";
import type { DeviceBuffer, InputNorm, RowKind, StepShape, Weight } from "../../contracts/device.ts";
import type { Binder, Dispatch } from "../binder.ts";
import { normOp } from "./norm.ts";
import type { ProductTuning } from "./product.ts";
import { roundRows } from "./quantize_rows.ts";

/** Shapes of a product that read the same x. */
export interface ProductInput {
  readonly x: DeviceBuffer;
  /** Absent: x is read as it is. */
  readonly norm: InputNorm | undefined;
  readonly shapes: readonly ProductShape[];
}

interface Normed {
  readonly x: DeviceBuffer;
  readonly norm?: InputNorm;
  readonly weight: Weight;
  readonly rows?: RowKind;
}

/**
 * The dispatches of a product of x, or of the norm of x. Where x is rounded, that goes first, and its norm with it. Else an
 * RMSNorm of few rows on a GPU is part of the product itself; otherwise it goes first. On CPU adapters it always does: a
 * workgroup there has so few columns that making the norm's sums again in each would cost more than a dispatch.
 */
export function normedProduct(
  binder: Binder,
  name: string,
  args: Normed,
  tuning: ProductTuning,
  bind: (input: ProductInput) => Dispatch[],
): Dispatch[] {
  const { x, norm, weight } = args;
  const { shapes, choose } = tuning;
  if (weight.roundsInput) {
    const { out, dispatch } = roundRows(binder, `${name} input`, { ...args, rows: args.rows ?? "tokens" }, tuning);
    return [dispatch, ...bind({ x: out, norm: undefined, shapes })];
  }
  if (!norm) return bind({ x, norm, shapes });
  const fuses = ({ kind }: ProductShape) => kind === "chunks" && norm.kind === "rms" && !norm.bias;
  const before = normOp(binder, `${name} norm`, { ...norm, x, width: weight.cols }).dispatches.map((dispatch) => ({
    ...dispatch,
    grid: (step: StepShape) => (fuses(choose(step.rows)) ? ([0, 0, 0] as const) : dispatch.grid(step)),
  }));
  return [
    ...before,
    ...bind({ x, norm, shapes: shapes.filter(fuses) }),
    ...bind({ x: norm.out, norm: undefined, shapes: shapes.filter((shape) => !fuses(shape)) }),
  ];
}

/** What to compile for a shape. */
export function productOf(shape: ProductShape, { dtype, roundsInput }: Weight, { norm }: ProductInput): Product {
  return { shape, weight: dtype, input: roundsInput ? "rounded" : norm ? "normed" : "plain" };
}
