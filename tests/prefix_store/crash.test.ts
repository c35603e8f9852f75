import { afterEach, expect, test } from "bun:test";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freshDirectory, Process, prompt, removeDirectories } from "./process.ts";

afterEach(removeDirectories);

test("servers killed at any moment leave whole blocks and nothing else that is looked at", async () => {
  const directory = freshDirectory();
  for (const [crash, milliseconds] of [0, 3, 7, 15].entries()) {
    const script = join(import.meta.dir, "endless_writer.ts");
    const writer = Bun.spawn([process.execPath, script, directory, String(1000 * crash + 1)], { stdout: "pipe" });
    await writer.stdout.getReader().read();
    await Bun.sleep(milliseconds);
    writer.kill("SIGKILL");
    await writer.exited;
  }
  const server = await Process.open(directory, { numBlocks: 4000 });
  const report = await server.store.load([], 4000);
  const blocks = (await readdir(directory)).filter((name) => name.endsWith(".kv"));
  expect(report).toEqual({ loaded: blocks.length, ignored: 0 });
  expect(report.loaded).toBeGreaterThan(4 * 8);
  expect(server.warnings).toEqual([]);
  for (const own of [1, 1001, 2001, 3001]) expect(await server.run(prompt(65, own))).toBe(64);
});

test("half a file under a block's name, as a disk without fsync would leave it, is never used", async () => {
  const directory = freshDirectory();
  const first = await Process.open(directory);
  await first.save(prompt(17));
  const [file] = first.hashes(prompt(17)).map((hash) => first.store.directory.fileOf(hash));
  const whole = await readFile(file!);
  for (const half of [
    whole.subarray(0, 90),
    Buffer.alloc(whole.length),
    Buffer.concat([whole.subarray(0, 90), Buffer.alloc(122)]),
  ]) {
    await writeFile(file!, half);
    const server = await Process.open(directory);
    expect(await server.store.load([], 10)).toEqual({ loaded: 0, ignored: 1 });
    expect(await server.run(prompt(17))).toBe(0);
  }
});
