import { expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Measured: 790, of which the promise, result and event that a token comes in are most. */
const MOST_BYTES = 1000;

test(`a step allocates less than ${MOST_BYTES} bytes a sequence`, () => {
  const env = { ...process.env, BUN_JSC_useGC: "0" };
  const probe = () => Number(execFileSync(process.execPath, [join(import.meta.dir, "allocation_probe.ts")], { env }));
  const [, median] = [probe(), probe(), probe()].sort((a, b) => a - b);
  expect(median).toBeGreaterThan(0);
  expect(median).toBeLessThan(MOST_BYTES);
});
