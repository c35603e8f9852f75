import type { MatrixUnit } from "../../kernels/lib/products.ts";
import { GpuUnavailableError } from "./runtime.ts";

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

/** The largest product of f16 into f32 that the adapter's matrix units offer. Throws GpuUnavailableError that says why not. */
export function chooseMatrixUnit({ features, info }: Pick<GPUAdapter, "features" | "info">): MatrixUnit {
  const refuse = (why: string) =>
    new GpuUnavailableError(
      `Cannot use --subgroup-matrix: ${why}: received ${info.description || info.device}: leave the flag out`,
    );
  const missing = MATRIX_FEATURES.find((feature) => !features.has(feature));
  if (missing) throw refuse(`it needs an adapter with the feature ${missing}`);
  const { subgroupMinSize, subgroupMaxSize } = info;
  if (subgroupMinSize !== subgroupMaxSize) {
    throw refuse(`it needs subgroups of one size, and here they have ${subgroupMinSize} to ${subgroupMaxSize} lanes`);
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
  if (!best) throw refuse("it needs matrix units that multiply f16 into f32, at most 16 x 16 at once");
  return { m: best.M, n: best.N, k: best.K, lanes: subgroupMaxSize };
}
