import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { EngineRow } from "../../bench/engine/experiment.ts";
import { trainedModel } from "../e2e/goldens.ts";

const program = join(import.meta.dirname, "../../bench/paper.ts");
const directory = mkdtempSync(join(tmpdir(), "octavo-paper-engine-"));
afterAll(() => rmSync(directory, { recursive: true }));

const model = trainedModel("stories260K");

test.skipIf(!model)(
  "the real engine computes what the simulator says of the same requests",
  () => {
    const json = join(directory, "engine.json");
    const figures = join(directory, "figures");
    const args = ["--engine", "--device", "reference", "--model", model!.directory, "--only", "fig17"];
    const run = spawnSync(process.execPath, [program, ...args, "--json", json, "--out", figures], { encoding: "utf8" });
    expect(run.stderr).toStartWith("fig17: ");
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/^\| +\| +simulator \| +engine \|$/m);
    const { experiments } = JSON.parse(readFileSync(json, "utf8"));
    const rows: EngineRow[] = experiments.flatMap((it: { outcome: { rows: EngineRow[] } }) => it.outcome.rows);
    const both = rows.filter(({ simulated, engine }) => simulated !== null && engine !== null);
    expect(both.length).toBe(1);
    // Answers differ, and now and then begin alike, which is a hit of a token or two.
    for (const { simulated, engine } of both) expect(Math.abs(simulated! - engine!)).toBeLessThan(1);
    expect(both[0]!.engine).toBeGreaterThan(50);
    expect(readdirSync(figures)).toEqual(["engine_fig17_chat.svg"]);
  },
  60_000,
);
