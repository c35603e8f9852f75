import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainedModel } from "../e2e/goldens.ts";
import { harness, saying } from "../http/harness.ts";

/** `octavo chat` as a process, through pipes. */

const ROOT = join(import.meta.dir, "../..");
const KEY = "secret";

function start(args: string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, join(ROOT, "src/main.ts"), "chat", ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stderr = new Response(child.stderr).text();
  return { child, stderr };
}

/** Sends `input` and waits for the end. */
async function chat(input: string, args: string[], env: Record<string, string> = {}) {
  const { child, stderr } = start(args, env);
  child.stdin.write(input);
  child.stdin.end();
  const stdout = await new Response(child.stdout).text();
  return { code: await child.exited, stdout, stderr: await stderr };
}

describe("octavo chat URL", () => {
  const api = harness({
    next: saying("ab"),
    delay: 2,
    maxModelLen: 100_000,
    deps: { apiKeys: [KEY] },
  });
  const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: (request) => api.app.fetch(request) });
  const url = `http://127.0.0.1:${server.port}`;
  afterAll(() => server.stop(true));

  test("answers each line on stdout, with the flags' settings and the key of the environment", async () => {
    const run = await chat("one\ntwo\n", [url, "--max-tokens", "4", "--system", "S"], { OCTAVO_API_KEY: KEY });
    expect(run).toEqual({ code: 0, stdout: "abab\nabab\n", stderr: "The reply was cut at --max-tokens.\n".repeat(2) });
    expect(api.engine.seen[0]!.promptIds).toHaveLength("<system>S<user>one<assistant>".length);
  });

  test("SIGINT stops the reply and not the chat", async () => {
    const { child, stderr } = start([url, "--api-key", KEY, "--max-tokens", "50000"]);
    child.stdin.write("one\n");
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toStartWith("a");
    child.kill("SIGINT");
    await api.engine.idle();
    child.stdin.write("/exit\n");
    expect(await child.exited).toBe(0);
    expect(await stderr).toBe("Stopped.\n");
  });

  test("SIGTERM ends both", async () => {
    const { child } = start([url, "--api-key", KEY, "--max-tokens", "50000"]);
    child.stdin.write("one\n");
    await child.stdout.getReader().read();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    await api.engine.idle();
  });

  test("ends when nobody reads its replies any more", async () => {
    const { child, stderr } = start([url, "--api-key", KEY, "--max-tokens", "50000"]);
    child.stdin.write("one\n");
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    expect(await child.exited).toBe(0);
    expect(await stderr).toBe("Stopped.\n");
    await api.engine.idle();
  });

  test("a wrong key is a sentence", async () => {
    const { code, stdout, stderr } = await chat("one\n", [url, "--api-key", "wrong"]);
    expect([code, stdout, stderr]).toEqual([1, "", "octavo: Incorrect API key\n"]);
  });

  test("a turn without a reply makes the exit code 1", async () => {
    const { code, stderr } = await chat("one\n", [url, "--api-key", KEY, "--max-tokens", "100001"]);
    expect(code).toBe(1);
    expect(stderr).toContain("max_tokens is 100001");
  });
});

describe("octavo chat refuses flags that would do nothing", () => {
  const cases: [string[], string][] = [
    [["http://127.0.0.1:9", "--device", "reference"], "--device is for a model that is loaded here"],
    [["/some/model", "--model", "x"], "--model is for a URL"],
    [["/some/model", "--temperature", "hot"], "--temperature must be a number from 0"],
  ];
  for (const [args, message] of cases) {
    test(args.join(" "), async () => {
      const { code, stdout, stderr } = await chat("", args);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(message);
    });
  }
});

const model = trainedModel("stories260K");

describe.skipIf(!model)("octavo chat MODEL", () => {
  let scratch: string;
  let template: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), "octavo-chat-"));
    template = join(scratch, "template.jinja");
    writeFileSync(template, "{% for m in messages %}{{ m.content }} {% endfor %}");
  });
  afterAll(() => rmSync(scratch, { recursive: true }));

  test("loads it and talks; the second turn finds the first in the cache", async () => {
    const args = [model!.directory, "--device", "reference", "--chat-template", template];
    const input = "Once upon a time there was a girl\nShe went to the park\n/stats\n";
    const { code, stdout } = await chat(input, [...args, "--max-tokens", "12", "--temperature", "0"]);
    expect(code).toBe(0);
    const [first, second, reply, prompt] = stdout.split("\n");
    expect([first, second].map((text) => text!.length > 10)).toEqual([true, true]);
    expect(reply).toMatch(/^reply {3}12 tokens, /);
    expect(Number(/(\d+) of them cached$/.exec(prompt!)?.[1])).toBeGreaterThan(0);
  });

  test("needs a chat template", async () => {
    const { code, stderr } = await chat("one\n", [model!.directory, "--device", "reference"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "Cannot chat with stories260K: it has no chat template; --chat-template FILE gives it one",
    );
  });
});
