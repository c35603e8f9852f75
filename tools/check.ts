/**
 * `octavo check`: every check but the tests, each with its time. Exits 1 if one fails and shows what it said. None of
 * them needs a GPU.
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { listFiles } from "./source_files.ts";

const root = join(import.meta.dirname, "..");

/** Files longer than this hold more than one thought. */
const MOST_LINES = 400;

const checks: readonly { readonly name: string; readonly run: () => Promise<Outcome> }[] = [
  { name: "types", run: () => command(process.execPath, "--bun", "node_modules/.bin/tsc", "--noEmit") },
  {
    name: "lint and format",
    run: () => command(process.execPath, "--bun", "node_modules/.bin/biome", "ci", "--colors=off", "."),
  },
  { name: "imports", run: () => command(process.execPath, "tools/check_imports.ts") },
  { name: "kernels", run: () => command(process.execPath, "tools/check_kernels.ts") },
  {
    name: "shell",
    run: () => command("sh", "-c", 'for script in octavo tools/*.sh; do sh -n "$script" || exit 1; done'),
  },
  { name: "file sizes", run: checkSizes },
];

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

function command(program: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
    child.on("error", (error) => resolve({ passed: false, output: error.message }));
    child.on("close", (code) => resolve({ passed: code === 0, output }));
  });
}

async function checkSizes(): Promise<Outcome> {
  const paths = await listFiles(
    root,
    ["src", "kernels", "models", "tests", "examples", "tools", "bench"],
    [".ts", ".wgsl", ".sh", ".py"],
  );
  const long: string[] = [];
  for (const path of paths) {
    const lines = (await readFile(join(root, path), "utf8")).split("\n").length - 1;
    if (lines > MOST_LINES) long.push(`${path} has ${lines} lines, the most is ${MOST_LINES}: split it`);
  }
  return { passed: long.length === 0, output: long.join("\n") };
}

let failed = 0;
for (const { name, run } of checks) {
  const start = performance.now();
  const { passed, output } = await run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${passed ? "pass" : "FAIL"}  ${name.padEnd(16)} ${seconds} s`);
  if (!passed) {
    failed++;
    console.log(output.trimEnd().replace(/^/gm, "      "));
  }
}
process.exitCode = failed > 0 ? 1 : 0;
