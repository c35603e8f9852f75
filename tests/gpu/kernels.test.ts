import { expect, test } from "bun:test";
import type { Device } from "../../src/contracts/device.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { cases } from "../../src/selftest/cases.ts";
import { matrixSlack, selfTest } from "../../src/selftest/run.ts";
import { describeGpu, devices, matrix } from "./devices.ts";

async function expectAgreement(device: Device, reference: Device, slack?: typeof matrixSlack) {
  const failed: string[] = [];
  let count = 0;
  for await (const result of selfTest(device, reference, slack)) {
    count++;
    if (!result.pass) failed.push(`${result.kernel}, ${result.case}: ${result.detail}`);
  }
  expect(failed).toEqual([]);
  expect(count).toBe(cases.length);
}

describeGpu("every kernel agrees with the reference", () => {
  for (const [i, tuning] of ["cpu", "gpu"].entries()) {
    test(`shapes for a ${tuning}`, () => expectAgreement(devices[i]!, openReferenceDevice()), 600_000);
  }

  test.skipIf(matrix === null)(
    "on matrix units",
    () => expectAgreement(matrix!, openReferenceDevice({ products: "f16" }), matrixSlack),
    600_000,
  );
});
