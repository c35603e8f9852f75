import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildForNode } from "./server_process.ts";

/** The examples, as a reader runs them, with the bundled model on the reference device. */

const ROOT = join(import.meta.dir, "../..");

async function run(cwd: string, ...command: string[]): Promise<string> {
  const env = { ...process.env, OCTAVO_DEVICE: "reference", OCTAVO_KV_CACHE_MEMORY: "16M" };
  const child = Bun.spawn(command, { cwd, env, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout;
}

function deno(): string {
  const [binary] = new Bun.Glob("node_modules/@deno/*/deno").scanSync({ cwd: ROOT });
  if (!binary) throw new Error("the npm package deno is not installed");
  return join(ROOT, binary);
}

/** Node 20 reads no TypeScript; Node 24 runs the examples as they are. */
async function withoutTypes(example: string): Promise<string> {
  await buildForNode();
  const outfile = join(ROOT, "dist/examples", `${example}.js`);
  await run(ROOT, process.execPath, "build", `examples/${example}.ts`, "--no-bundle", `--outfile=${outfile}`);
  return outfile;
}

const COMMANDS = {
  bun: async (example: string) => [process.execPath, `examples/${example}.ts`],
  deno: async (example: string) => [deno(), "run", "-A", `examples/${example}.ts`],
  node: async (example: string) => ["node", await withoutTypes(example)],
};

for (const [runtime, command] of Object.entries(COMMANDS)) {
  test(`the examples run on ${runtime}`, async () => {
    const generated = await run(ROOT, ...(await command("generate")));
    expect(generated).toMatch(/^Once upon a time.+\[\d+ tokens\]\nThe capital of France is.+\[\d+ tokens\]\n$/s);
    const lines = (await run(ROOT, ...(await command("chat")))).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).not.toBe("");
    expect(lines[1]).toEndWith("[stop]");
  }, 240_000);
}

test("a package that depends on octavo imports it by its name", async () => {
  const directory = mkdtempSync(join(tmpdir(), "octavo-dependent-"));
  try {
    mkdirSync(join(directory, "node_modules"));
    symlinkSync(ROOT, join(directory, "node_modules/octavo"));
    writeFileSync(join(directory, "main.mjs"), 'import { LLM } from "octavo";\nconsole.log(typeof LLM.load);\n');
    for (const runtime of [process.execPath, "node"]) {
      expect(await run(directory, runtime, "main.mjs")).toBe("function\n");
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 240_000);
