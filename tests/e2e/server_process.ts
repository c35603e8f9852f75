import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

export interface ServerProcess {
  readonly url: string;
  /** The line that said it is ready. */
  readonly readyLine: string;
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<number>;
}

/** The command that starts `octavo serve` on each runtime; Node has no TypeScript with WGSL imports and runs the bundle. */
const COMMANDS = {
  bun: [process.execPath, join(ROOT, "src/main.ts"), "serve"],
  deno: denoTask("serve"),
  node: ["node", join(ROOT, "dist/octavo.js"), "serve"],
} as const;

export type RuntimeName = keyof typeof COMMANDS;

/**
 * The command of a task in deno.json, run by the Deno binary itself: `deno task` and the npm package's launcher are
 * processes of their own, which do not pass SIGTERM on.
 */
function denoTask(name: string): string[] {
  const { tasks } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  const [, ...args] = tasks[name].command.split(" ");
  const [binary] = new Bun.Glob("node_modules/@deno/*/deno").scanSync({ cwd: ROOT });
  if (!binary) throw new Error("the npm package deno is not installed");
  return [join(ROOT, binary), ...args];
}

/** Starts `octavo serve MODEL` on a free port and waits for the ready line. */
export async function startServer(runtime: RuntimeName, model: string, ...flags: string[]): Promise<ServerProcess> {
  const child = Bun.spawn([...COMMANDS[runtime], model, "--port", "0", ...flags], {
    cwd: ROOT,
    stdout: "pipe",
    stderr: "pipe",
  });
  const errors = new Response(child.stderr).text();
  const readyLine = await firstLine(child.stdout);
  const url = /octavo ready on (http:\S+)/.exec(readyLine)?.[1];
  if (!url) {
    child.kill();
    throw new Error(`${runtime} did not become ready: ${readyLine} ${await errors}`);
  }
  return {
    url,
    readyLine,
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return child.exited;
    },
  };
}

/** Runs `octavo ARGS` to its end. */
export async function runOctavo(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = Bun.spawn([process.execPath, join(ROOT, "src/main.ts"), ...args], {
    cwd: ROOT,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, stdout, stderr };
}

/** Bundles the server for Node into dist/, as `bun run build:node` does. */
export async function buildForNode(): Promise<void> {
  const build = Bun.spawn([process.execPath, "run", "build:node"], { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
  if ((await build.exited) !== 0) throw new Error(`build:node failed: ${await new Response(build.stderr).text()}`);
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  return text;
}
