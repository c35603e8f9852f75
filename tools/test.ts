/**
 * `octavo test [ARGS]`: runs `bun test ARGS` and closes with the plain line `N passed, N failed`. A file that does not
 * load, a run that dies and a run without tests count as failures.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character
const COLOUR = /\x1b\[[0-9;]*m/g;

/** Reads the counts from the last lines that `bun test` prints. `exitCode` is null where a signal ended it. */
export function countTests(output: string, exitCode: number | null): Counts {
  const counts = { pass: 0, fail: 0, skip: 0, todo: 0 };
  for (const [, count, kind] of output.replace(COLOUR, "").matchAll(/^ *(\d+) (pass|fail|skip|todo)$/gm)) {
    counts[kind as keyof typeof counts] = Number(count);
  }
  const sound = exitCode === 0 && counts.pass > 0 && /^Ran \d+ tests? across/m.test(output.replace(COLOUR, ""));
  return {
    passed: counts.pass,
    failed: sound ? counts.fail : Math.max(counts.fail, 1),
    skipped: counts.skip + counts.todo,
  };
}

/** Per test, in milliseconds. A slow or busy machine is no failure, and 5 s, Bun's default, is short for one on a CPU. */
const TIMEOUT = 240_000;

/** The launcher has found an adapter, so tests that skip themselves without one would hide a fault. */
function requireAdapter(): Record<string, string> {
  return process.env.OCTAVO_DEVICE === "reference" ? {} : { OCTAVO_REQUIRE_ADAPTER: "1" };
}

async function runTests(args: readonly string[]): Promise<Counts> {
  const bun = spawn(process.execPath, ["test", `--timeout=${TIMEOUT}`, ...args], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "inherit", "pipe"],
    env: { ...(process.stderr.isTTY && { FORCE_COLOR: "1" }), ...requireAdapter(), ...process.env },
  });
  // Interrupted from the terminal, the tests end by themselves and the counts are still printed.
  process.on("SIGINT", () => {});
  let tail = "";
  bun.stderr.setEncoding("utf8").on("data", (text: string) => {
    process.stderr.write(text);
    tail = (tail + text).slice(-2000);
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => bun.on("error", reject).on("close", resolve));
  return countTests(tail, exitCode);
}

if (import.meta.main) {
  const { passed, failed, skipped } = await runTests(process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
