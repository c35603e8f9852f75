/** Run by host.test.ts on each runtime: serves, misbehaves as clients do, and prints what it saw as one line of JSON. */
import { exit, onStopSignal, runtime, serve } from "../src/host.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const aborted = new Set<string>();
const cancelled = new Set<string>();

async function respond(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  request.signal.addEventListener("abort", () => aborted.add(path));
  if (path === "/silent") await sleep(1000);
  if (!path.startsWith("/stream")) return new Response("ok");
  let sent = 0;
  const body = new ReadableStream({
    async pull(controller) {
      await sleep(50);
      if (sent === 5) controller.close();
      else controller.enqueue(new TextEncoder().encode(`${sent++}\n`));
    },
    cancel: () => void cancelled.add(path),
  });
  return new Response(body);
}

const server = await serve(respond, { hostname: "127.0.0.1", port: 0 });
const base = `http://127.0.0.1:${server.port}`;

async function listenError(hostname: string, port: number): Promise<string> {
  try {
    await serve(respond, { hostname, port });
    return "listening";
  } catch (error) {
    return String(error);
  }
}
const inUse = (await listenError("127.0.0.1", server.port)).replace(String(server.port), "PORT");
const notOurs = await listenError("203.0.113.9", 8000);

// Clients that leave: while the response is computed, and in the middle of a stream.
await fetch(`${base}/silent`, { signal: AbortSignal.timeout(100) }).catch(() => {});
const leaving = new AbortController();
const partial = await fetch(`${base}/stream-left`, { signal: leaving.signal });
await partial.body!.getReader().read();
leaving.abort();
await sleep(150);

const signals: string[] = [];
onStopSignal((signal) => signals.push(signal));
process.kill(process.pid, "SIGTERM");
process.kill(process.pid, "SIGINT");

// Stopping with an idle connection and a stream under way.
await (await fetch(`${base}/idle`)).text();
const stream = fetch(`${base}/stream`).then((response) => response.text());
await sleep(100);
const stopping = performance.now();
const stopped = server.stop().then(() => performance.now() - stopping);
const refused = await fetch(`${base}/late`).then(
  () => false,
  () => true,
);
const whole = await stream;
const stopMilliseconds = await stopped;

console.log(
  JSON.stringify({
    runtime: runtime.name,
    inUse,
    notOurs,
    silentAborted: aborted.has("/silent"),
    streamCancelled: cancelled.has("/stream-left"),
    signals: signals.sort(),
    refused,
    whole,
    stopMilliseconds,
  }),
);
exit(0);
