import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { harness, saying } from "../http/harness.ts";

const program = join(import.meta.dirname, "../../bench/serve.ts");
const directory = mkdtempSync(join(tmpdir(), "octavo-bench-serve-"));
const { app, engine } = harness({
  next: saying("Once upon a time. "),
  delay: 5,
  maxModelLen: 4096,
  maxLive: 12,
  deps: { apiKeys: ["k"] },
});
const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: app.fetch });
afterAll(async () => {
  await server.stop(true);
  rmSync(directory, { recursive: true });
});

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In a process of its own, while this one serves. */
function run(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args]);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function bench(...args: string[]): Promise<Ran> {
  return run(`http://127.0.0.1:${server.port}`, "--api-key", "k", ...args);
}

describe("a server that gives a token every 5 ms", () => {
  test.each(["/v1/completions", "/v1/chat/completions"])("is measured over %s", async (endpoint) => {
    const json = join(directory, "serve.json");
    const size = ["--num-prompts", "12", "--input-len", "30", "--output-len", "20", "--request-rate", "100"];
    const slo = ["--goodput", "ttft:10000 e2el:20000"];
    const ran = await bench(...size, ...slo, "--max-concurrency", "6", "--endpoint", endpoint, "--json", json);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^12 completed, 0 failed in /m);
    expect(ran.stdout).toMatch(/^\| TTFT \|/m);
    const { runs, seed } = JSON.parse(readFileSync(json, "utf8"));
    const [run] = runs;
    expect(seed).toBe(0);
    expect(run).toMatchObject({ request_rate: 100, completed: 12, failed: 0, total_output_tokens: 240 });
    expect(run.request_goodput).toBe(run.request_throughput);
    expect(run.max_concurrent_requests).toBeLessThanOrEqual(6);
    // The timer never fires early; how late it fires is the machine's business.
    expect(run.median_ttft_ms).toBeGreaterThan(4.5);
    expect(run.median_tpot_ms).toBeGreaterThan(4.5);
    expect(run.median_e2el_ms).toBeGreaterThan(20 * 4.5);
    expect(run.client_us_per_token).toBeGreaterThan(0);
  });

  test("gets prompts as token ids, and others in every load of a sweep", async () => {
    const before = engine.seen.length;
    const out = join(directory, "sweep");
    const ran = await bench(
      "--num-prompts",
      "3",
      "--input-len",
      "40",
      "--output-len",
      "5",
      "--sweep",
      "50,100",
      "--out",
      out,
    );
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const prompts = engine.seen.slice(before).map(({ promptIds }) => Array.from(promptIds));
    expect(prompts.map(({ length }) => length)).toEqual([4, 40, 40, 40, 40, 40, 40]);
    expect(new Set(prompts.map(String)).size).toBe(7);
    expect(ran.stdout).toMatch(/^\| 100 +\|/m);
    expect(readdirSync(out).sort()).toEqual(["serve_e2el.svg", "serve_tpot.svg", "serve_ttft.svg"]);
  });

  test("that refuses is told so, with its words and how often", async () => {
    const ran = await bench("--num-prompts", "20", "--input-len", "8", "--output-len", "30");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^12 completed, 8 failed in /m);
    expect(ran.stdout).toMatch(/^8 failed: 429: /m);
  });

  test("cannot be set, nor be asked for more than its context", async () => {
    expect((await bench("--max-num-seqs", "4")).stderr).toContain("is already there");
    const long = await bench("--input-len", "4090", "--output-len", "8");
    expect([long.code, long.stderr.includes("4096 tokens of context are too few")]).toEqual([1, true]);
  });
});

test("tokens without a text are tokens, and an answer without any has failed", async () => {
  let tokens = 3;
  const silent = Bun.serve({
    port: 0,
    fetch: (request) => {
      if (request.method === "GET") return Response.json({ data: [{ id: "silent" }] });
      const chunk = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`;
      const end = chunk({ choices: [{ text: "", finish_reason: "length" }] });
      return new Response(end + chunk({ choices: [], usage: { prompt_tokens: 2, completion_tokens: tokens-- } }));
    },
  });
  try {
    // The first goes to the request that warms up.
    const ran = await run(`http://127.0.0.1:${silent.port}`, "--num-prompts", "3", "--max-concurrency", "1");
    expect(ran.stdout).toMatch(/^2 completed, 1 failed in .* 4 tokens in, 3 out/m);
    expect(ran.stdout).toContain("1 failed: the stream ended without a token");
  } finally {
    await silent.stop(true);
  }
});

test("a server that takes texts only and counts no tokens gets words and is counted by chunks", async () => {
  const prompts: unknown[] = [];
  const plain = Bun.serve({
    port: 0,
    fetch: async (request) => {
      if (request.method === "GET") return Response.json({ data: [{ id: "plain" }] });
      const { prompt } = (await request.json()) as { prompt: unknown };
      if (typeof prompt !== "string") return new Response("no ids, please", { status: 422 });
      prompts.push(prompt);
      const chunk = (text: string) => `data: ${JSON.stringify({ choices: [{ text }] })}\n\n`;
      return new Response(`${chunk("a")}${chunk("b")}${chunk("c")}data: [DONE]\n\n`);
    },
  });
  try {
    const ran = await run(`http://127.0.0.1:${plain.port}`, "--num-prompts", "2", "--input-len", "9");
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("prompts are sent as text, about one word a token");
    expect(ran.stdout).toContain("0 tokens in, 6 out");
    expect(ran.stdout).toContain("2 answers without usage");
    expect(prompts.map((prompt) => String(prompt).split(" ").length)).toEqual([4, 9, 9]);
  } finally {
    await plain.stop(true);
  }
});

test("a server of our own is started on the bundled model, measured and ended", async () => {
  const size = ["--num-prompts", "2", "--input-len", "6", "--output-len", "3", "--dataset-name", "random"];
  const ran = await run("--device", "reference", "--max-model-len", "64", ...size);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^octavo ready on http:.* device=reference/);
  expect(ran.stdout).toContain("2 completed, 0 failed");
  expect(ran.stdout).toContain("12 tokens in, 6 out");
  const url = /http:\S+/.exec(ran.stdout)![0];
  expect(await fetch(url).catch(() => null)).toBeNull();
}, 30_000);
