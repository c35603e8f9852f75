import { expect, test } from "bun:test";
import { parseBudget } from "../bench/lib/startup_line.ts";
import { StartupBudget, throughput } from "../src/startup_budget.ts";

test("a budget names its phases as they end, and the benchmark reads them again", async () => {
  let now = 0;
  const budget = new StartupBudget(() => now);
  budget.add("runtime", 0.1234);
  const slow = budget.phase(
    "weights",
    async () => {
      await Promise.resolve();
      now = 500;
      return 7;
    },
    throughput(4_600_000),
  );
  expect(await slow).toBe(7);
  const text = budget.toString();
  expect(text).toBe("runtime 0.123 s, weights 0.500 s (4.6 MB at 9 MB/s)");
  expect([...parseBudget(`[INF] start-up: ${text}\nmore 3.5 s`)]).toEqual([
    ["runtime", 0.123],
    ["weights", 0.5],
  ]);
});

test("a phase that fails is thrown and not named", async () => {
  const budget = new StartupBudget(() => 0);
  await expect(budget.phase("weights", () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  expect(budget.toString()).toBe("");
});
