import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

test("the client counts every token of a server that computes nothing, and tells its own cost", () => {
  const program = join(import.meta.dirname, "../../bench/load_client.ts");
  const args = ["--streams", "3,8", "--tokens", "10", "--interval", "4"];
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("8 streams, a token every 4 ms");
  expect(stdout).toMatch(/^3 completed, 0 failed in .* 3 tokens in, 30 out; at most 3 at once$/m);
  expect(stdout).toMatch(/^8 completed, 0 failed in .* 8 tokens in, 80 out; at most 8 at once$/m);
  expect(stdout.match(/^client: [\d.]+ us of CPU time per token/gm)!.length).toBe(2);
}, 20_000);
