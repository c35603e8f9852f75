import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { markdownTable } from "./lib/markdown_table.ts";
import { parseBudget } from "./lib/startup_line.ts";
import { median } from "./lib/statistics.ts";

/**
 * Cold start as a user sees it: from starting the command to the ready line, and to the first token of a completion
 * sent at once; and the phases that the server reports. Each start is a new process.
 *
 *   ./octavo bench startup MODEL [--runs 7] [--device webgpu] [--no-launcher] [--against CHECKOUT]
 *
 * With another checkout, both are started in turn, without their launchers.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    runs: { type: "string", default: "7" },
    device: { type: "string", default: "webgpu" },
    launcher: { type: "boolean", default: true },
    against: { type: "string" },
  },
});
const [model] = positionals;
if (!model) throw new Error("Cannot measure a start: name a model directory");
const here = join(import.meta.dirname, "..");

interface Start {
  readonly ready: number;
  readonly firstToken: number;
  readonly phases: ReadonlyMap<string, number>;
}

async function start(command: readonly string[]): Promise<Start> {
  const began = performance.now();
  const [program, ...args] = [...command, "serve", model!, "--port", "0", "--device", values.device];
  const server = spawn(program!, args, { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  server.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let text = "";
      server.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        const ready = /octavo ready on (\S+)/.exec(text);
        if (ready) resolve(ready[1]!);
      });
      server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${errors.slice(-1000)}`)));
    });
    const ready = performance.now() - began;
    const response = await fetch(`${url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "Once upon a time", max_tokens: 8, temperature: 0, stream: true }),
    });
    const reader = response.body!.getReader();
    await reader.read();
    const firstToken = performance.now() - began;
    await reader.cancel();
    return { ready: ready / 1000, firstToken: firstToken / 1000, phases: parseBudget(errors) };
  } finally {
    server.kill("SIGKILL");
  }
}

const withoutLauncher = (checkout: string) => [process.execPath, join(checkout, "src/main.ts")];
const commands: readonly (readonly [string, readonly string[]])[] =
  values.against === undefined
    ? [["seconds", values.launcher ? [join(here, "octavo")] : withoutLauncher(here)]]
    : [
        ["this checkout", withoutLauncher(here)],
        [values.against, withoutLauncher(values.against)],
      ];
const starts = new Map<string, Start[]>(commands.map(([label]) => [label, []]));
for (let run = 0; run < Number(values.runs); run++) {
  for (const [label, command] of commands) starts.get(label)!.push(await start(command));
}

const phases = new Set([...starts.values()].flat().flatMap((measured) => [...measured.phases.keys()]));
const line = (name: string, of: (measured: Start) => number | undefined) => [
  name,
  ...[...starts.values()].map((all) => {
    const times = all.map(of).filter((time) => time !== undefined);
    if (times.length === 0) return "-";
    return `${median(times).toFixed(3)} (${Math.min(...times).toFixed(3)} to ${Math.max(...times).toFixed(3)})`;
  }),
];
console.log(`${model}, device ${values.device}: medians of ${values.runs} starts, least and most\n`);
console.log(
  markdownTable(
    ["phase", ...starts.keys()],
    [
      ...[...phases].map((phase) => line(phase, (measured) => measured.phases.get(phase))),
      line("ready", ({ ready }) => ready),
      line("first token", ({ firstToken }) => firstToken),
    ],
  ),
);
