import { expect, test } from "bun:test";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { cases } from "../../src/selftest/cases.ts";
import { selfTest } from "../../src/selftest/run.ts";
import { describeGpu, devices } from "./devices.ts";

describeGpu("every kernel agrees with the reference", () => {
  for (const [i, tuning] of ["cpu", "gpu"].entries()) {
    test(`shapes for a ${tuning}`, async () => {
      const failed: string[] = [];
      let count = 0;
      for await (const result of selfTest(devices[i]!, openReferenceDevice())) {
        count++;
        if (!result.pass) failed.push(`${result.kernel}, ${result.case}: ${result.detail}`);
      }
      expect(failed).toEqual([]);
      expect(count).toBe(cases.length);
    }, 600_000);
  }
});
