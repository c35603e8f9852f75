import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

const program = join(import.meta.dirname, "../../bench/decode.ts");
const model = join(import.meta.dirname, "../golden/llama-hd64");

test("measures engines of different flags by turns, each against the first", () => {
  const sizes = ["--widths", "1,2", "--tokens", "4", "--rounds", "1", "--device", "reference"];
  const against = ["--against", "quantization=int8 max-num-seqs=8", "--against", "quantization=int4"];
  const ran = spawnSync(process.execPath, [program, model, ...sizes, ...against], { encoding: "utf8" });
  expect(ran.stderr).toBe("");
  expect(ran.status).toBe(0);
  const rows = ran.stdout.split("\n").filter((line) => line.startsWith("| "));
  const [header, , given, int8, int4] = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  expect(header!.slice(1, 4)).toEqual(["requests at once", "1", "2"]);
  for (const cells of [given!, int8!, int4!]) {
    for (const cell of cells.slice(2, 4)) expect(cell).toMatch(/^\d+\.\d \(\d+\.\d\dx\)$/);
  }
  expect(given!.slice(2, 4).every((cell) => cell.endsWith("(1.00x)"))).toBe(true);
  expect(int8![1]).toMatch(/^quantization=int8 max-num-seqs=8, [\d.]+ MB$/);
  const megabytes = [given!, int8!, int4!].map((cells) => Number(cells[1]!.match(/([\d.]+) MB/)![1]));
  expect(megabytes).toEqual(megabytes.toSorted((a, b) => b - a));
}, 60_000);
