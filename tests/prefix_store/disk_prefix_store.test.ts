import { afterEach, describe, expect, test } from "bun:test";
import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HashChain } from "../../src/kv/hash_chain.ts";
import { BLOCK, freshDirectory, Process, prompt, removeDirectories } from "./process.ts";

afterEach(removeDirectories);

/** Starts a process that loads what the directory holds. */
async function restarted(directory: string, first: Uint8Array | Uint32Array | null = null, atMost = 20) {
  const process = await Process.open(directory);
  const report = await process.store.load(first === null ? [] : process.hashes(Uint32Array.from(first)), atMost);
  process.kv.checkIntegrity();
  return { process, report };
}

const filesOf = async (directory: string) => (await readdir(directory)).sort();

describe("what is written", () => {
  test("a prompt that was asked for once is not, one that was found again is", async () => {
    const directory = freshDirectory();
    const process = await Process.open(directory);
    await process.run(prompt(28));
    await process.store.flush();
    expect(await filesOf(directory)).toEqual([]);
    expect(await process.run(prompt(28))).toBe(24);
    await process.store.flush();
    expect((await filesOf(directory)).length).toBe(3);
    expect(process.store.written).toBe(3);
    // Once.
    expect(await process.run(prompt(28))).toBe(24);
    await process.store.flush();
    expect(process.store.written).toBe(3);
  });

  test("a pinned prefix is, at once", async () => {
    const directory = freshDirectory();
    const process = await Process.open(directory);
    process.pin(prompt(33));
    await process.store.flush();
    expect((await filesOf(directory)).length).toBe(4);
  });

  test("a boundary between steps reads back 8 blocks, and no more before these are on disk", async () => {
    const process = await Process.open(freshDirectory());
    await process.run(prompt(20 * BLOCK + 1));
    await process.run(prompt(20 * BLOCK + 1));
    expect(process.reads).toBe(8);
    process.store.betweenSteps();
    process.store.betweenSteps();
    expect(process.reads).toBe(8);
    await process.store.flush();
    expect(process.reads).toBe(20);
  });

  test("a block that is evicted before its turn is left out", async () => {
    const directory = freshDirectory();
    const process = await Process.open(directory, { numBlocks: 20 });
    await process.run(prompt(12 * BLOCK + 1));
    await process.run(prompt(12 * BLOCK + 1));
    await process.run(prompt(20 * BLOCK, 2));
    await process.store.flush();
    expect(process.store.written).toBeLessThanOrEqual(8);
    const { process: second } = await restarted(directory);
    await second.run(prompt(12 * BLOCK + 1));
    expect(second.warnings).toEqual([]);
  });
});

describe("a restart", () => {
  test("finds at start what the last process kept", async () => {
    const directory = freshDirectory();
    await (await Process.open(directory)).save(prompt(28));
    const { process, report } = await restarted(directory);
    expect(report).toEqual({ loaded: 3, ignored: 0 });
    expect(process.kv.pool.used).toBe(0);
    expect(process.kv.cachedFree).toBe(3);
    expect(await process.run(prompt(28))).toBe(24);
  });

  test("finds on the first hit what it did not load, and reads it once for a burst", async () => {
    const directory = freshDirectory();
    await (await Process.open(directory)).save(prompt(28));
    const process = await Process.open(directory);
    const hits = await Promise.all([process.run(prompt(28)), process.run(prompt(28, 2)), process.run(prompt(28))]);
    expect(hits).toEqual([24, 0, 24]);
    expect(process.fetch(prompt(28))).toBeNull();
    expect(process.fetch(prompt(28, 2))).toBeNull();
  });

  test("takes no more on a hit than there are free blocks, from the prefix's beginning", async () => {
    const directory = freshDirectory();
    await (await Process.open(directory)).save(prompt(10 * BLOCK + 1));
    const process = await Process.open(directory, { numBlocks: 12 });
    const held = process.hold(prompt(6 * BLOCK, 2));
    await process.fetch(prompt(10 * BLOCK + 1));
    expect(process.kv.match(new HashChain(""), prompt(10 * BLOCK + 1), 10 * BLOCK + 1).blocks.length).toBe(6);
    process.kv.release(held);
    expect(await process.run(prompt(10 * BLOCK + 1))).toBe(10 * BLOCK);
  });

  test("keeps salts apart", async () => {
    const directory = freshDirectory();
    await (await Process.open(directory)).save(prompt(28), "a");
    const { process, report } = await restarted(directory);
    expect(report.loaded).toBe(3);
    expect(await process.run(prompt(28), "b")).toBe(0);
    expect(await process.run(prompt(28))).toBe(0);
    expect(await process.run(prompt(28), "a")).toBe(24);
  });

  test("loads a pinned prefix first, and what follows it under each salt", async () => {
    const directory = freshDirectory();
    const first = await Process.open(directory);
    first.pin(prompt(17));
    const whole = new Uint32Array([...prompt(16), ...prompt(24, 5)]);
    await first.save(whole, "tenant");
    for (let other = 10; other < 20; other++) await first.save(prompt(17, other));
    const { process, report } = await restarted(directory, prompt(16), 4);
    expect(report.loaded).toBe(4);
    expect(process.pin(prompt(17))).toBe(16);
    const { process: roomy } = await restarted(directory, prompt(16), 40);
    expect(roomy.pin(prompt(17))).toBe(16);
    expect(await roomy.run(whole, "tenant")).toBe(32);
    expect(await roomy.run(whole, "other")).toBe(16);
  });

  test("takes the last used first, and evicts them last, tails before heads", async () => {
    const directory = freshDirectory();
    let now = Date.now() - 1000_000;
    const first = await Process.open(directory, { now: () => now });
    for (let own = 1; own <= 5; own++) {
      now += 100_000;
      await first.save(prompt(17, own));
    }
    now += 100_000;
    await first.save(prompt(17, 2));
    const { process, report } = await restarted(directory, null, 5);
    expect(report.loaded).toBe(5);
    const held = process.kv.pool.freeOrder().map((block) => process.kv.contentOf(block)?.hash);
    const [a, b, c] = [2, 5, 4].map((own) => process.hashes(prompt(17, own)));
    expect(held.slice(-5)).toEqual([c![0], b![1], b![0], a![1], a![0]]);
  });
});

describe("a file that is not what it should be", () => {
  /** Saves a prompt of 3 blocks, damages the file of one, and restarts. */
  async function damaged(index: number, damage: (file: string, others: string[]) => Promise<void>) {
    const directory = freshDirectory();
    const first = await Process.open(directory);
    await first.save(prompt(28));
    const files = first.hashes(prompt(28)).map((hash) => first.store.directory.fileOf(hash));
    await damage(files[index]!, files);
    const { process, report } = await restarted(directory);
    const hit = await process.run(prompt(28));
    await process.run(prompt(28));
    await process.store.flush();
    const { report: healed } = await restarted(directory);
    return { file: files[index]!, hit, report, warnings: process.warnings, healed };
  }

  const cases: [string, string, (file: string, others: string[]) => Promise<void>][] = [
    ["is truncated", "it is truncated", (file) => truncate(file, 100)],
    ["is empty", "it is truncated", (file) => truncate(file, 0)],
    [
      "is tampered with",
      "its checksum differs",
      async (file) => {
        const bytes = await readFile(file);
        bytes[150]! ^= 1;
        await writeFile(file, bytes);
      },
    ],
    ["has another's name", "its name is that of another prefix", (file, others) => copyFile(others[0]!, file)],
    [
      "was written by another model under this one's name",
      "another model, device or data type wrote it",
      async (file) => {
        const elsewhere = freshDirectory();
        const other = await Process.open(elsewhere, { fingerprint: "f00d" });
        await other.save(prompt(28));
        await copyFile(other.store.directory.fileOf(other.hashes(prompt(28))[1]!), file);
      },
    ],
  ];
  test.each(cases)("%s: a warning, never used, and written anew", async (_, reason, damage) => {
    const { file, hit, report, warnings, healed } = await damaged(1, damage);
    // The third block is whole, but without the second nobody can reach it.
    expect(report).toEqual({ loaded: 1, ignored: 1 });
    expect(warnings).toEqual([`Prefix cache: ${file} is ignored: ${reason}`]);
    expect(hit).toBe(8);
    expect(healed).toEqual({ loaded: 3, ignored: 0 });
  });

  test("is a directory: a warning, and the rest goes on", async () => {
    const directory = freshDirectory();
    const first = await Process.open(directory);
    await first.save(prompt(28));
    const file = first.store.directory.fileOf(first.hashes(prompt(28))[2]!);
    await rm(file);
    await mkdir(file);
    const { process, report } = await restarted(directory);
    expect(report).toEqual({ loaded: 2, ignored: 1 });
    expect(process.warnings).toEqual([expect.stringContaining("it cannot be read: EISDIR")]);
    expect(await process.run(prompt(28))).toBe(16);
  });

  test("another model's files are left alone, without a word", async () => {
    const directory = freshDirectory();
    await (await Process.open(directory, { fingerprint: "f00d" })).save(prompt(28));
    const files = await filesOf(directory);
    const { process, report } = await restarted(directory);
    expect(report).toEqual({ loaded: 0, ignored: 0 });
    expect(await process.run(prompt(28))).toBe(0);
    expect(process.warnings).toEqual([]);
    expect(await filesOf(directory)).toEqual(files);
  });

  test("deleted by another server: not there, without a word", async () => {
    const directory = freshDirectory();
    await (await Process.open(directory)).save(prompt(28));
    const process = await Process.open(directory);
    for (const file of await filesOf(directory)) await rm(join(directory, file));
    expect(await process.run(prompt(28))).toBe(0);
    expect(process.warnings).toEqual([]);
  });
});

describe("a disk that refuses", () => {
  test("is one warning; requests go on, and writing does once the disk is well again", async () => {
    const directory = freshDirectory();
    let now = 1e12;
    const process = await Process.open(directory, { now: () => now });
    await rm(directory, { recursive: true });
    await writeFile(directory, "in the way");
    for (let own = 1; own <= 3; own++) {
      await process.save(prompt(28, own));
      now += 61_000;
    }
    expect(process.warnings).toEqual([expect.stringMatching(/^Cannot write to the prefix cache .*: ENOTDIR/)]);
    expect(process.store.written).toBe(0);
    await rm(directory);
    await mkdir(directory);
    expect(await process.run(prompt(28))).toBe(24);
    await process.store.flush();
    expect(process.store.written).toBe(3);
    expect(process.warnings.length).toBe(1);
  });

  test("within the pause nothing is tried", async () => {
    const directory = freshDirectory();
    const process = await Process.open(directory, { now: () => 1e12 });
    await rm(directory, { recursive: true });
    await process.save(prompt(28));
    await mkdir(directory);
    await process.save(prompt(28));
    expect(process.store.written).toBe(0);
  });

  test("a directory that cannot be made is an error at start", async () => {
    const file = join(freshDirectory(), "file");
    await writeFile(file, "");
    await expect(Process.open(file)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});

test("two servers on one directory write the same blocks and delete each other's without harm", async () => {
  const directory = freshDirectory();
  const bound = 30 * 212;
  const [a, b] = [
    await Process.open(directory, { maxBytes: bound }),
    await Process.open(directory, { maxBytes: bound }),
  ];
  for (let own = 1; own <= 8; own++) {
    await Promise.all([
      a.save(prompt(28, 1)),
      b.save(prompt(28, 1)),
      a.save(prompt(20, own)),
      b.save(prompt(20, 9 - own)),
    ]);
  }
  expect([...a.warnings, ...b.warnings]).toEqual([]);
  const { process, report } = await restarted(directory);
  expect(report.ignored).toBe(0);
  expect(report.loaded).toBeGreaterThan(10);
  expect(await process.run(prompt(28, 1))).toBe(24);
});
