import type { Device } from "../contracts/device.ts";
import { cases } from "./cases.ts";
import { difference, numbersOf } from "./compare.ts";
import { type Case, runScenario } from "./scenario.ts";

export interface SelfTestResult {
  readonly kernel: string;
  readonly case: string;
  readonly pass: boolean;
  /** Empty when the case passed, else where it strayed. */
  readonly detail: string;
}

/**
 * The slack of matrix units against a reference that rounds as they do. What a norm leaves in the last bit of f32 may fall
 * on either side in f16, and units may cut sums off, not round them. Attention's weights are rounded, too, as the oracle's
 * are not.
 */
export function matrixSlack(kernel: string): number {
  return kernel === "attention" ? 256 : 64;
}

/**
 * Runs every case of the table on `device` and holds it against `reference`. Never throws: an error fails its case.
 *
 * @param slack how many times a kernel's tolerance is allowed
 */
export async function* selfTest(
  device: Device,
  reference: Device,
  slack: (kernel: string) => number = () => 1,
): AsyncIterable<SelfTestResult> {
  for (const item of cases) {
    const detail = await check({ ...item, tolerance: slack(item.kernel) * item.tolerance }, device, reference).catch(
      String,
    );
    yield { kernel: item.kernel, case: item.name, pass: detail === null, detail: detail ?? "" };
  }
}

async function check({ scenario, tolerance }: Case, device: Device, reference: Device): Promise<string | null> {
  const input = scenario();
  const [actual, expected] = [await runScenario(device, input), await runScenario(reference, input)];
  for (const [name, element] of Object.entries(input.outputs)) {
    const [found, wanted] = [numbersOf(actual.get(name)!, element), numbersOf(expected.get(name)!, element)];
    const wrong = difference(found, wanted, element === "u32" ? 0 : tolerance);
    if (wrong) return `${name}, ${wrong}`;
  }
  return null;
}
