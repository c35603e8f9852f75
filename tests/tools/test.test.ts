import { describe, expect, test } from "bun:test";
import { countTests } from "../../tools/test.ts";

const summary = (lines: string[]) => `(pass) a 9 fail\n${lines.join("\n")}\nRan 6 tests across 2 files. [12.00ms]\n`;

describe("countTests", () => {
  test("reads a green run", () => {
    const output = summary([" 5 pass", " 1 skip", " 2 todo", " 0 fail", " 7 expect() calls"]);
    expect(countTests(output, 0)).toEqual({ passed: 5, failed: 0, skipped: 3 });
  });

  test("reads a coloured run", () => {
    expect(countTests(summary(["\x1b[32m 5 pass\x1b[0m", "\x1b[31m 2 fail\x1b[0m"]), 1)).toEqual({
      passed: 5,
      failed: 2,
      skipped: 0,
    });
  });

  test("a non-zero exit is never green", () => {
    expect(countTests(summary([" 5 pass", " 0 fail"]), 1).failed).toBe(1);
    expect(countTests(summary([" 5 pass", " 0 fail"]), null).failed).toBe(1);
  });

  test("a run that stops early or runs nothing is a failure", () => {
    expect(countTests("tests/a.test.ts:\n", 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countTests(" 5 pass\n 0 fail\n", 0).failed).toBe(1);
    expect(countTests(summary([" 0 pass", " 4 skip", " 0 fail"]), 0)).toEqual({ passed: 0, failed: 1, skipped: 4 });
  });
});
