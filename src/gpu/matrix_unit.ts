import type { MatrixUnit } from "../../kernels/lib/products.ts";
import { GpuUnavailableError, openAdapter } from "./runtime.ts";

/** WebGPU's proposal of subgroup matrices is not a standard yet, so the types do not know it. */
const SUBGROUP_MATRIX = "chromium-experimental-subgroup-matrix" as GPUFeatureName;

export const MATRIX_FEATURES: readonly GPUFeatureName[] = ["subgroups", "shader-f16", SUBGROUP_MATRIX];

interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** What --subgroup-matrix would use, or why it could not. Throws GpuUnavailableError where there is no adapter. */
export async function describeMatrixUnit(adapter: string | undefined): Promise<string> {
  const unit = findMatrixUnit(await openAdapter(adapter, { experimental: true }));
  return typeof unit === "string"
    ? `none to use: ${unit}`
    : `${unit.m} x ${unit.n} x ${unit.k}, f16 into f32; --subgroup-matrix uses them`;
}

/** The largest product of f16 into f32 that the adapter's matrix units offer. Throws GpuUnavailableError that says why not. */
export function chooseMatrixUnit(adapter: Pick<GPUAdapter, "features" | "info">): MatrixUnit {
  const unit = findMatrixUnit(adapter);
  if (typeof unit !== "string") return unit;
  const { description, device } = adapter.info;
  throw new GpuUnavailableError(
    `Cannot use --subgroup-matrix: ${unit}: received ${description || device}: leave the flag out`,
  );
}

/** The unit, or what it lacks. */
function findMatrixUnit({ features, info }: Pick<GPUAdapter, "features" | "info">): MatrixUnit | string {
  const missing = MATRIX_FEATURES.find((feature) => !features.has(feature));
  if (missing) return `it needs an adapter with the feature ${missing}`;
  const { subgroupMinSize, subgroupMaxSize } = info;
  if (subgroupMinSize !== subgroupMaxSize) {
    return `it needs subgroups of one size, and here they have ${subgroupMinSize} to ${subgroupMaxSize} lanes`;
  }
  const { subgroupMatrixConfigs = [] } = info as { subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig> };
  const usable = [...subgroupMatrixConfigs].filter(
    ({ componentType, resultComponentType, M, N, K }) =>
      componentType === "f16" &&
      resultComponentType === "f32" &&
      32 % K === 0 &&
      K % 4 === 0 &&
      N % 4 === 0 &&
      M <= 16 &&
      N <= 16,
  );
  const [best] = usable.sort((a, b) => b.M * b.N * b.K - a.M * a.N * a.K);
  return best
    ? { m: best.M, n: best.N, k: best.K, lanes: subgroupMaxSize }
    : "it needs matrix units that multiply f16 into f32, at most 16 x 16 at once";
}
