import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const program = join(import.meta.dirname, "../../bench/paper.ts");
const directory = mkdtempSync(join(tmpdir(), "octavo-paper-"));
afterAll(() => rmSync(directory, { recursive: true }));

function paper(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
}

test("prints a table, writes the numbers and draws the figure", () => {
  const json = join(directory, "paper.json");
  const figures = join(directory, "figures");
  const { status, stdout } = paper("--only", "fig19", "--json", json, "--out", figures);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^\| +\| +paper \| +ours \|$/m);
  expect(stdout).toMatch(/^\| recompute over swap out and in, 256 tokens, blocks of 16 +\| +comparable \| 1\.02x \|$/m);
  const { experiments } = JSON.parse(readFileSync(json, "utf8"));
  expect(experiments).toHaveLength(1);
  expect(experiments[0].outcome.rows).toHaveLength(9);
  expect(experiments[0].outcome.charts[0].series[0].points).toHaveLength(9);
  expect(readdirSync(figures)).toEqual(["fig19_swap.svg"]);
});

test("names the experiments there are when asked for another", () => {
  const { status, stderr } = paper("--only", "fig14");
  expect(status).toBe(1);
  expect(stderr).toContain('received "fig14"');
  expect(stderr).toContain("fig12");
});

test("knows no option that it does not have", () => {
  expect(paper("--fast").status).toBe(1);
  const { status, stdout } = paper("--help");
  expect(status).toBe(0);
  expect(stdout).toContain("--quick");
});
