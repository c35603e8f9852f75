import type { Workload, WorkloadOptions } from "./workload.ts";
import { azureWorkload } from "./workloads/azure.ts";
import { mooncakeWorkload } from "./workloads/mooncake.ts";
import { randomWorkload } from "./workloads/random.ts";
import { sharegptWorkload } from "./workloads/sharegpt.ts";
import { textWorkload } from "./workloads/text.ts";

/** By the name that `--dataset-name` takes. Null: its file is not there. */
const WORKLOADS: Readonly<Record<string, (options: WorkloadOptions) => Workload | null>> = {
  random: randomWorkload,
  sharegpt: sharegptWorkload,
  azure: azureWorkload,
  mooncake: mooncakeWorkload,
  text: textWorkload,
};

export const WORKLOAD_NAMES = Object.keys(WORKLOADS);

/** The workload of this name; null, with a sentence on stderr, where its data is absent. Throws where nothing fits. */
export function makeWorkload(name: string, options: WorkloadOptions): Workload | null {
  const make = WORKLOADS[name];
  if (!make) {
    throw new Error(`Cannot make the load: --dataset-name takes ${WORKLOAD_NAMES.join(", ")}: received "${name}"`);
  }
  const workload = make(options);
  if (!workload) {
    console.error(`skipped: the data of ${name} is not in ../shared/data`);
    return null;
  }
  const fitting = workload.requests.every(
    ({ promptLength, outputLength }) => promptLength + outputLength <= options.maxLength,
  );
  if (!fitting || workload.requests.length === 0) {
    throw new Error(
      `Cannot make the load ${name}: the server's ${options.maxLength} tokens of context are too few: ` +
        `choose smaller --input-len and --output-len, or a --length-scale below ${options.lengthScale}`,
    );
  }
  return workload;
}
