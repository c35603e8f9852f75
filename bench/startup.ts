import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { median } from "./lib/statistics.ts";

/**
 * Cold start as a user sees it: from starting the command to the ready line, and to the first token of a completion
 * sent at once. Each run is a new process.
 *
 *   ./octavo bench startup MODEL [--runs 7] [--device webgpu]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "7" }, device: { type: "string", default: "webgpu" } },
});
const [model] = positionals;
if (!model) throw new Error("name a model directory");
const octavo = new URL("../octavo", import.meta.url).pathname;

interface Start {
  readonly ready: number;
  readonly firstToken: number;
}

async function start(): Promise<Start> {
  const began = performance.now();
  const server = spawn(octavo, ["serve", model!, "--port", "0", "--device", values.device], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    server.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const ready = /octavo ready on (\S+)/.exec(text);
      if (ready) resolve(ready[1]!);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
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
  server.kill("SIGKILL");
  return { ready, firstToken };
}

const starts: Start[] = [];
for (let run = 0; run < Number(values.runs); run++) starts.push(await start());
const show = (label: string, times: number[]) => {
  const sorted = times.map((time) => (time / 1000).toFixed(2)).toSorted();
  console.log(`${label}: median ${(median(times) / 1000).toFixed(2)} s of ${sorted.join(" ")}`);
};
console.log(`${model}, device ${values.device}, ${values.runs} starts`);
const readyTimes = starts.map(({ ready }) => ready);
show("ready", readyTimes);
const tokenTimes = starts.map(({ firstToken }) => firstToken);
show("first token", tokenTimes);
