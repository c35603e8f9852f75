import { wgslFeatures } from "./runtime.ts";

/** What `octavo doctor` and the logs say about an adapter. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A software adapter: lanes are SIMD lanes of a CPU. */
  readonly isCpu: boolean;
  /** Least lanes of a subgroup; 0: shaders cannot use subgroups. */
  readonly subgroupSize: number;
  readonly features: readonly string[];
  /** Features of the shading language. */
  readonly wgslFeatures: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export function describeAdapter(adapter: GPUAdapter): AdapterInfo {
  const { vendor, architecture, device, description, isFallbackAdapter, subgroupMinSize } = adapter.info;
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") limits[name] = value;
  }
  return {
    vendor,
    architecture,
    device,
    description,
    isCpu: isFallbackAdapter || /llvmpipe|lavapipe|swiftshader/i.test(`${device} ${description}`),
    subgroupSize: adapter.features.has("subgroups") ? subgroupMinSize : 0,
    features: [...adapter.features].sort(),
    wgslFeatures: [...wgslFeatures()].sort(),
    limits,
  };
}
