import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const program = join(import.meta.dirname, "../../bench/quality.ts");

test("holds flags against the model in f32", () => {
  const directory = mkdtempSync(join(tmpdir(), "octavo-bench-quality-"));
  const [text, json] = [join(directory, "text.txt"), join(directory, "quality.json")];
  writeFileSync(
    text,
    "The old man sat by the sea and told the children of a ship that had never come home. ".repeat(4),
  );
  const sizes = ["--passages", "2", "--passage-len", "16", "--prompts", "2", "--output-len", "5"];
  const flags = ["--device", "reference", "--max-model-len", "64", "--dtype", "bf16"];
  const ran = spawnSync(process.execPath, [program, ...flags, "--text", text, "--json", json, ...sizes], {
    encoding: "utf8",
  });
  expect(ran.stderr).toBe("");
  expect(ran.status).toBe(0);
  expect(ran.stdout).toContain("30 tokens of text and\n10 of its own scored, 2 prompts continued by 5 tokens");
  const written = JSON.parse(readFileSync(json, "utf8"));
  rmSync(directory, { recursive: true });
  const { "f32, not quantised": baseline, ...others } = written;
  expect(baseline).toMatchObject({ logprobError: 0, sameLikeliest: 1, sameContinued: 1, untilDifferent: 5 });
  const [[name, given]] = Object.entries(others) as [[string, typeof baseline]];
  expect(name).toContain("dtype bf16");
  expect(given.textPerplexity / baseline.textPerplexity).toBeCloseTo(1, 0);
  // The file holds f16, of which bf16 keeps 8 bits.
  expect(given.logprobError).toBeGreaterThan(1e-4);
}, 60_000);
