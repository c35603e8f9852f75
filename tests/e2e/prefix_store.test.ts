import { afterEach, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "../../src/base/random.ts";
import { loadPrefixCache } from "../../src/cli/load_prefix_cache.ts";
import { collect, makeRequest } from "../engine/harness.ts";
import { freshDirectory, removeDirectories } from "../prefix_store/process.ts";
import { deviceKinds, engineOn } from "./devices.ts";
import { randomModels, trainedModel } from "./goldens.ts";
import { runOctavo, startServer } from "./server_process.ts";

afterEach(removeDirectories);

const random = new Random(7);
const model = randomModels().find(({ name }) => name === "llama-hd16")!;
const vocabulary = 60;
const tokens = (length: number) => Array.from({ length }, () => random.integer(1, vocabulary));
const system = tokens(50);

/** Answers a request; its tokens and how many of its prompt were found. */
async function answer(engine: Awaited<ReturnType<typeof engineOn>>["engine"], id: string, prompt: number[], salt = "") {
  const request = { ...makeRequest(id, prompt, { maxTokens: 6, ignoreEos: true }), cacheSalt: salt };
  const events = await collect(engine.submit(request, new AbortController().signal)[0]!);
  return { ids: events.map(({ tokenId }) => tokenId), cached: events[0]!.cachedTokens };
}

describe.each(deviceKinds)("a restart on %s with --prefix-cache-dir", (kind) => {
  const flags = { blockSize: "8", numGpuBlocksOverride: "100", maxModelLen: "96" };
  const prompt = [...system, ...tokens(9)];

  test("finds pinned and reused prefixes, with the same tokens bit for bit, and others' salts do not", async () => {
    const prefixCacheDir = freshDirectory();
    const first = await engineOn(kind, model.directory, { ...flags, prefixCacheDir });
    await first.engine.pinPrefix(system);
    const computed = await answer(first.engine, "1", prompt, "tenant");
    expect(computed.cached).toBe(48);
    const reused = [...tokens(30), 3];
    const other = await answer(first.engine, "2", reused, "tenant");
    expect((await answer(first.engine, "3", reused, "tenant")).cached).toBe(30);
    await first.prefixStore!.flush();
    expect(first.prefixStore!.written).toBe(6 + 3);
    await first.engine.close();

    const second = await engineOn(kind, model.directory, { ...flags, prefixCacheDir });
    await loadPrefixCache(second, [system]);
    const { stored } = await snapshot(second.engine);
    expect(stored).toBe(9);
    await second.engine.pinPrefix(system);
    expect(second.engine.stats().scheduledTokens).toBe(2);
    expect(await answer(second.engine, "1", prompt, "tenant")).toEqual({ ...computed, cached: 48 });
    expect(await answer(second.engine, "2", reused, "tenant")).toEqual({ ...other, cached: 24 });
    expect(await answer(second.engine, "3", reused, "stranger")).toEqual({ ...other, cached: 0 });
    await second.engine.close();

    // Nothing loaded at start: on the first hit.
    const third = await engineOn(kind, model.directory, { ...flags, prefixCacheDir });
    expect(await answer(third.engine, "2", reused, "tenant")).toEqual({ ...other, cached: 24 });
    third.engine.checkIntegrity();
    await third.engine.close();
  }, 240_000);

  test("a crowd on a pool too small for it gets the tokens it gets without a store, before and after", async () => {
    const prefixCacheDir = freshDirectory();
    const heads = [tokens(40), tokens(40), tokens(24)];
    const requests = Array.from({ length: 40 }, (_, i) => ({
      ...makeRequest(String(i), [...random.pick(heads), ...tokens(random.integer(1, 12))], {
        maxTokens: 12,
        ignoreEos: true,
      }),
      cacheSalt: random.pick(["", "a"]),
    }));
    const run = async (directory: Record<string, string>) => {
      const small = { ...flags, numGpuBlocksOverride: "30", ...directory };
      const { engine, prefixStore } = await engineOn(kind, model.directory, small);
      const answers = requests.map((request) => collect(engine.submit(request, new AbortController().signal)[0]!));
      const ids = (await Promise.all(answers)).map((events) => events.map(({ tokenId }) => tokenId));
      await prefixStore?.flush();
      engine.checkIntegrity();
      expect(engine.kvState()).toMatchObject({ used: 0, free: 30 });
      await engine.close();
      return { ids, preemptions: engine.stats().preemptions };
    };
    const without = await run({});
    expect(without.preemptions).toBeGreaterThan(0);
    for (let process = 0; process < 3; process++) expect((await run({ prefixCacheDir })).ids).toEqual(without.ids);
    expect((await readdir(prefixCacheDir)).length).toBeGreaterThan(5);
  }, 240_000);

  test("a request cancelled while its prefix is read leaves nothing behind", async () => {
    const prefixCacheDir = freshDirectory();
    const first = await engineOn(kind, model.directory, { ...flags, prefixCacheDir });
    await answer(first.engine, "1", prompt);
    await answer(first.engine, "2", prompt);
    await first.prefixStore!.flush();
    await first.engine.close();
    const { engine } = await engineOn(kind, model.directory, { ...flags, prefixCacheDir });
    const abort = new AbortController();
    const cancelled = collect(engine.submit(makeRequest("1", prompt), abort.signal)[0]!);
    abort.abort();
    expect(await cancelled).toEqual([]);
    expect((await answer(engine, "1", prompt)).cached).toBeGreaterThan(0);
    await engine.drain(1000);
    engine.checkIntegrity();
    await engine.close();
  });
});

async function snapshot(engine: Awaited<ReturnType<typeof engineOn>>["engine"]) {
  const abort = new AbortController();
  abort.abort();
  const events = await Array.fromAsync(engine.blockEvents(null, abort.signal));
  return { stored: events.filter(({ type }) => type === "stored").length };
}

const trained = trainedModel("stories260K");

test.if(trained !== null)(
  "a server that is killed and started again answers from its directory",
  async () => {
    const directory = freshDirectory();
    const file = join(freshDirectory(), "system.txt");
    const text = "Once upon a time there was a little girl named Lily, who had a big red ball and a small brown dog.";
    await Bun.write(file, text);
    const flags = ["--device", "reference", "--kv-cache-memory", "16M", "--block-size", "8", "--system-prompt", file];
    const start = () => startServer("bun", trained!.directory, ...flags, "--prefix-cache-dir", directory);
    const ask = async (url: string) => {
      const response = await fetch(`${url}/v1/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt: `${text} The dog`, max_tokens: 8, temperature: 0 }),
      });
      const { choices, usage } = (await response.json()) as {
        choices: { text: string }[];
        usage: { prompt_tokens_details: { cached_tokens: number } };
      };
      return { text: choices[0]!.text, cached: usage.prompt_tokens_details.cached_tokens };
    };
    const computedAtStart = async (url: string) =>
      Number(/iteration_tokens_total_sum\S* (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

    const first = await start();
    const before = await ask(first.url);
    expect(before.cached).toBeGreaterThan(20);
    while ((await readdir(directory)).filter((name) => name.endsWith(".kv")).length < before.cached / 8)
      await Bun.sleep(5);
    await first.stop("SIGKILL" as "SIGTERM");

    const second = await start();
    expect(await ask(second.url)).toEqual(before);
    // The system prompt was computed before the metrics listened, the question after; nothing else was.
    expect(await computedAtStart(second.url)).toBeLessThan(20);
    expect(await second.stop()).toBe(0);
  },
  20_000,
);

test.if(trained !== null)("a directory that cannot be used is one sentence", async () => {
  const file = join(freshDirectory(), "file");
  await Bun.write(file, "");
  const { code, stderr } = await runOctavo(
    "serve",
    trained!.directory,
    "--device",
    "reference",
    "--prefix-cache-dir",
    file,
  );
  expect(code).toBe(1);
  expect(stderr).toContain(`octavo: Cannot use --prefix-cache-dir ${file}: `);
});
