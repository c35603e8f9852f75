import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const bench = join(import.meta.dirname, "../../bench");
const directory = mkdtempSync(join(tmpdir(), "octavo-bench-local-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** On the bundled model and the reference device; what --json wrote. */
function run(program: string, ...args: string[]) {
  const json = join(directory, `${program}.json`);
  const flags = ["--device", "reference", "--max-model-len", "64", "--json", json];
  const ran = spawnSync(process.execPath, [join(bench, `${program}.ts`), ...flags, ...args], { encoding: "utf8" });
  expect(ran.stderr).toBe("");
  expect(ran.status).toBe(0);
  return { stdout: ran.stdout, written: JSON.parse(readFileSync(json, "utf8")) };
}

test("latency: batches of one size, each as long as its slowest request", () => {
  const size = ["--batch-size", "2", "--input-len", "5", "--output-len", "3"];
  const { stdout, written } = run("latency", ...size, "--num-iters", "3", "--num-iters-warmup", "1");
  expect(stdout).toMatch(/2 x 5 tokens in, 3 out, 3 batches: [\d.]+ output tokens\/s/);
  expect(written.latencies.length).toBe(3);
  expect(Math.min(...written.latencies)).toBeGreaterThan(0);
  expect(written.percentiles["50"]).toBe(written.latencies.toSorted((a: number, b: number) => a - b)[1]);
}, 30_000);

test("throughput: all requests at once, counted in requests and tokens", () => {
  const { stdout, written } = run("throughput", "--num-prompts", "3", "--input-len", "6", "--output-len", "4");
  expect(stdout).toContain("18 tokens in, 12 out");
  expect(written).toMatchObject({ num_requests: 3, inputTokens: 18, outputTokens: 12 });
  expect(written.requests_per_second * written.elapsed_time).toBeCloseTo(3, 9);
  expect(written.tokens_per_second * written.elapsed_time).toBeCloseTo(30, 9);
}, 30_000);
