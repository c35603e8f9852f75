import { openGpuDevice } from "../gpu/device.ts";
import { describeMatrixUnits } from "../gpu/matrix_units.ts";
import { exit, runtime } from "../host.ts";
import { openReferenceDevice } from "../reference/device.ts";
import { matrixSlack, selfTest } from "../selftest/run.ts";
import { VERSION } from "../version.ts";

interface Tally {
  passed: number;
  readonly failures: string[];
}

export interface DoctorOptions {
  readonly adapter?: string | undefined;
  /** Check the products of matrix units, against a reference that rounds to f16 as they do. */
  readonly subgroupMatrix?: boolean | undefined;
}

/**
 * `octavo doctor`: what the server would run on, and whether every kernel computes on this adapter what the reference
 * computes. Exits with 1 where one does not, or where there is no adapter.
 */
export async function runDoctor({ adapter, subgroupMatrix = false }: DoctorOptions): Promise<void> {
  line("octavo", VERSION);
  line("runtime", `${runtime.name} ${runtime.version}, ${process.platform} ${process.arch}`);
  const device = await openGpuDevice({ adapter, subgroupMatrix });
  const { vendor, architecture, description, isCpu, features, limits } = device.info;
  line("adapter", `${device.name}${isCpu ? " (software)" : ""}`);
  line("driver", [vendor, architecture, description].filter(Boolean).join(", "));
  line("features", features.join(" "));
  for (const name of SHOWN_LIMITS) line(name, String(limits[name]));
  line("matrix units", await describeMatrixUnits(adapter));

  const reference = openReferenceDevice({ products: subgroupMatrix ? "f16" : "f32" });
  const slack = subgroupMatrix ? matrixSlack : undefined;
  const kernels = new Map<string, Tally>();
  for await (const { kernel, case: name, pass, detail } of selfTest(device, reference, slack)) {
    const tally = kernels.get(kernel) ?? { passed: 0, failures: [] };
    kernels.set(kernel, tally);
    if (pass) tally.passed++;
    else tally.failures.push(`${name}: ${detail}`);
  }
  for (const [kernel, { passed, failures }] of kernels) {
    line(
      kernel,
      failures.length === 0 ? `pass, ${passed} cases` : `FAIL, ${failures.length} of ${passed + failures.length} cases`,
    );
    for (const failure of failures) console.log(`  ${failure}`);
  }
  const failed = [...kernels.values()].some(({ failures }) => failures.length > 0);
  console.log(failed ? "Some kernels do not agree with the reference." : "Every kernel agrees with the reference.");
  device.destroy();
  exit(failed ? 1 : 0);
}

/** Those that bound the model and the KV cache. */
const SHOWN_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
];

function line(label: string, text: string): void {
  console.log(`${label.padEnd(34)}${text}`);
}
