import type { MatrixUnit, MatrixUnits } from "../../kernels/lib/products.ts";
import { GpuUnavailableError, openAdapter } from "./runtime.ts";

/** WebGPU's proposal of subgroup matrices is not a standard yet, so the types do not know it. */
const SUBGROUP_MATRIX = "chromium-experimental-subgroup-matrix" as GPUFeatureName;

export const MATRIX_FEATURES: readonly GPUFeatureName[] = ["subgroups", "shader-f16", SUBGROUP_MATRIX];

/** Workgroup memory for the largest tile of a product (ops/product.ts). */
const TILE_BYTES = 24 * 1024;

interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** What --subgroup-matrix would use, or why it could not. Throws GpuUnavailableError where there is no adapter. */
export async function describeMatrixUnits(adapter: string | undefined): Promise<string> {
  const units = findMatrixUnits(await openAdapter(adapter, { experimental: true }));
  if (typeof units === "string") return `none to use: ${units}`;
  const size = ({ m, n, k }: MatrixUnit) => `${m} x ${n} x ${k}`;
  const int8 = units.int8 ? `, int8 into i32 ${size(units.int8)}` : "";
  return `f16 into f32 ${size(units.f16)}${int8}; --subgroup-matrix uses them`;
}

/** The largest products that the adapter's matrix units offer. Throws GpuUnavailableError where it has none of f16. */
export function chooseMatrixUnits(adapter: Pick<GPUAdapter, "features" | "info" | "limits">): MatrixUnits {
  const units = findMatrixUnits(adapter);
  if (typeof units !== "string") return units;
  const { description, device } = adapter.info;
  throw new GpuUnavailableError(
    `Cannot use --subgroup-matrix: ${units}: received ${description || device}: leave the flag out`,
  );
}

/** The units, or what is lacking. */
function findMatrixUnits({
  features,
  info,
  limits,
}: Pick<GPUAdapter, "features" | "info" | "limits">): MatrixUnits | string {
  const missing = MATRIX_FEATURES.find((feature) => !features.has(feature));
  if (missing) return `it needs an adapter with the feature ${missing}`;
  const { subgroupMinSize, subgroupMaxSize: lanes } = info;
  if (subgroupMinSize !== lanes) {
    return `it needs subgroups of one size, and here they have ${subgroupMinSize} to ${lanes} lanes`;
  }
  const { maxComputeWorkgroupStorageSize: room } = limits;
  if (room < TILE_BYTES) return `it needs ${TILE_BYTES} bytes of workgroup memory, and here there are ${room}`;
  const { subgroupMatrixConfigs = [] } = info as { subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig> };
  const configs = [...subgroupMatrixConfigs];
  const f16 = largest(configs, "f16", "f32", lanes);
  if (!f16) return "it needs matrix units that multiply f16 into f32, at most 16 x 16 at once";
  return { f16, int8: largest(configs, "i8", "i32", lanes) };
}

/** Of those whose matrices the kernels' tiles are made of. */
function largest(
  configs: readonly SubgroupMatrixConfig[],
  component: string,
  result: string,
  lanes: number,
): MatrixUnit | null {
  const fitting = configs.filter(
    ({ componentType, resultComponentType, M, N, K }) =>
      componentType === component &&
      resultComponentType === result &&
      32 % K === 0 &&
      K % (component === "i8" ? 8 : 4) === 0 &&
      N % 4 === 0 &&
      M <= 16 &&
      N <= 16,
  );
  const [best] = fitting.toSorted((a, b) => b.M * b.N * b.K - a.M * a.N * a.K);
  return best ? { m: best.M, n: best.N, k: best.K, lanes } : null;
}
