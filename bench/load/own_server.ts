import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { exit, onStopSignal } from "../../src/host.ts";

export interface OwnServer {
  readonly url: string;
  /** What it said when it was ready. */
  readonly ready: string;
  /** Ends it, and resolves when it has ended. */
  stop(): Promise<void>;
}

const MAIN = join(import.meta.dirname, "../../src/main.ts");

/** `octavo serve` in a process of its own, on a free port. Throws with its last words where it does not get ready. */
export async function startServer(directory: string, args: readonly string[]): Promise<OwnServer> {
  const server = spawn(process.execPath, [MAIN, "serve", directory, "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => server.on("exit", resolve));
  const kill = () => server.kill("SIGKILL");
  process.on("exit", kill);
  onStopSignal(() => exit(1));
  let errors = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-2000)));
  const ready = await new Promise<string>((resolve, reject) => {
    let output = "";
    server.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const line = /^octavo ready on .*$/m.exec(output);
      if (line && output.endsWith("\n")) resolve(line[0]);
    });
    void ended.then((code) => reject(new Error(`Cannot serve ${directory}: the server ended with ${code}: ${errors}`)));
  });
  return {
    url: `${/octavo ready on (\S+)/.exec(ready)![1]!}/v1`,
    ready,
    stop: async () => {
      server.kill("SIGTERM");
      await ended;
      process.off("exit", kill);
    },
  };
}
