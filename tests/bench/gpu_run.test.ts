import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Phase, type PhaseOutcome, runPhases, writeWhole } from "../../bench/gpu_run/phases.ts";

async function run(phases: readonly Phase[], deadline = 100_000, now: () => number = () => 0) {
  const outcomes: PhaseOutcome[] = [];
  await runPhases(phases, deadline, now, async (outcome) => void outcomes.push(outcome));
  return outcomes;
}

const phase = (name: string, work: () => Promise<unknown>, after: readonly string[] = []): Phase => ({
  name,
  seconds: 10,
  after,
  run: work,
});

test("what fails takes along what hangs on it, and nothing else", async () => {
  const outcomes = await run([
    phase("make", () => Promise.reject(new Error("the disk is full"))),
    phase("speed", async () => 1, ["make"]),
    phase("start", async () => 1, ["speed"]),
    phase("doctor", async () => ["fine"]),
  ]);
  expect(outcomes).toEqual([
    { name: "make", status: "failed", seconds: 0, reason: "the disk is full" },
    { name: "speed", status: "skipped", reason: "make was not done" },
    { name: "start", status: "skipped", reason: "speed was not done" },
    { name: "doctor", status: "done", seconds: 0, result: ["fine"] },
  ]);
});

test("a phase gets what is left of the whole run, and none is begun once that is over", async () => {
  let now = 0;
  const limits: number[] = [];
  const taking = (milliseconds: number): Phase => ({
    name: "slow",
    seconds: 10,
    run: async (limit) => {
      limits.push(limit);
      now += milliseconds;
    },
  });
  const outcomes = await run([taking(6000), taking(5000), taking(1)], 12_000, () => now);
  expect(limits).toEqual([10, 6]);
  expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "skipped"]);
});

test("the file is whole after each write", async () => {
  const directory = mkdtempSync(join(tmpdir(), "octavo-gpu-run-"));
  const file = join(directory, "run.json");
  for (const phases of [[1], [1, 2]]) {
    await writeWhole(file, { phases });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ phases });
  }
  rmSync(directory, { recursive: true });
});
