import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainedModel } from "./goldens.ts";
import { runOctavo, startServer } from "./server_process.ts";

const model = trainedModel("stories260K");
const directory = await mkdtemp(join(tmpdir(), "octavo-system-"));
afterAll(() => rm(directory, { recursive: true }));

test.if(model !== null)("--system-prompt is computed at start, and found by clients of every key", async () => {
  const file = join(directory, "system.txt");
  const text = "Once upon a time there was a little girl named Lily, who had a big red ball and a small brown dog.";
  await Bun.write(file, text);
  const flags = ["--device", "reference", "--kv-cache-memory", "16M", "--block-size", "8"];
  const server = await startServer(
    "bun",
    model!.directory,
    ...flags,
    "--system-prompt",
    file,
    "--api-key",
    "a",
    "--api-key",
    "b",
  );
  const state = async () => {
    const response = await fetch(`${server.url}/debug/kv`, { headers: { authorization: "Bearer a" } });
    return (await response.json()) as { pinned: number; used: number; prefix_hits_tokens: number };
  };
  const { pinned } = await state();
  expect(pinned).toBeGreaterThan(2);
  for (const key of ["a", "b"]) {
    const response = await fetch(`${server.url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ prompt: `${text} The dog`, max_tokens: 4, temperature: 0 }),
    });
    const { usage } = (await response.json()) as { usage: { prompt_tokens_details: { cached_tokens: number } } };
    expect(usage.prompt_tokens_details.cached_tokens).toBe(pinned * 8);
  }
  expect(await state()).toMatchObject({ pinned, used: 0, prefix_hits_tokens: 2 * pinned * 8 });
  expect(await server.stop()).toBe(0);
});

test.if(model !== null)("a file that is not there is one sentence", async () => {
  const missing = join(directory, "missing.txt");
  const { code, stderr } = await runOctavo(
    "serve",
    model!.directory,
    "--device",
    "reference",
    "--system-prompt",
    missing,
  );
  expect(code).toBe(1);
  expect(stderr).toContain(`${missing} does not exist`);
});
