import { afterEach, describe, expect, test } from "bun:test";
import { chmod, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BlockDirectory } from "../../src/prefix_store/block_directory.ts";
import { freshDirectory, removeDirectories } from "./process.ts";

afterEach(removeDirectories);

const MODEL = "0123456789abcdef";
const hash = (i: number) => String.fromCharCode(i).repeat(16);
const nameOf = (i: number, model = MODEL) => `${model}-${i.toString(16).padStart(2, "0").repeat(16)}.kv`;
const bytesOf = (length: number) => new Uint8Array(length).fill(length);

describe("BlockDirectory", () => {
  test("names a file by model and hash, for this user alone", async () => {
    const path = join(freshDirectory(), "a", "b");
    const directory = await BlockDirectory.open(path, MODEL, 1000);
    await directory.write(hash(0xab), bytesOf(10), 5000);
    expect(await readdir(path)).toEqual([nameOf(0xab)]);
    const { mode, mtimeMs } = await stat(join(path, nameOf(0xab)));
    expect([mode & 0o777, mtimeMs]).toEqual([0o600, 5000]);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect(await directory.read(hash(0xab))).toEqual(Buffer.from(bytesOf(10)));
    expect(await directory.read(hash(1))).toBeNull();
  });

  test("never deletes what it did not name", async () => {
    const path = freshDirectory();
    const others = ["README", "notes.tmp", "0123-45.kv", `${nameOf(1)}.tmp`, `${nameOf(1).toUpperCase()}.00000000.tmp`];
    for (const name of others) {
      await writeFile(join(path, name), bytesOf(500));
      await utimes(join(path, name), 1, 1);
    }
    const directory = await BlockDirectory.open(path, MODEL, 100);
    await directory.write(hash(1), bytesOf(90), 1000);
    await directory.write(hash(2), bytesOf(90), 2000);
    expect((await readdir(path)).sort()).toEqual([...others, nameOf(2)].sort());
  });

  test("removes what a crash left, but not what another server is writing", async () => {
    const path = freshDirectory();
    const [left, busy] = [`${nameOf(1)}.0a0b0c0d.tmp`, `${nameOf(2)}.0a0b0c0d.tmp`];
    await writeFile(join(path, left), bytesOf(3));
    await utimes(join(path, left), Date.now() / 1000 - 120, Date.now() / 1000 - 120);
    await writeFile(join(path, busy), bytesOf(3));
    await BlockDirectory.open(path, MODEL, 1000);
    expect(await readdir(path)).toEqual([busy]);
  });

  test("keeps to its bound, all models counted: the longest unused go", async () => {
    const path = freshDirectory();
    await writeFile(join(path, nameOf(9, "fedcba9876543210")), bytesOf(100));
    await utimes(join(path, nameOf(9, "fedcba9876543210")), 2.5, 2.5);
    const directory = await BlockDirectory.open(path, MODEL, 1000);
    for (let i = 1; i <= 9; i++) await directory.write(hash(i), bytesOf(100), 1000 * i);
    expect((await readdir(path)).length).toBe(10);
    await directory.touch(hash(1), 20_000);
    await directory.write(hash(10), bytesOf(100), 10_000);
    expect(directory.has(hash(2))).toBe(false);
    expect((await directory.lastUsed()).map((name) => name.charCodeAt(0))).toEqual([1, 10, 9, 8, 7, 6, 5, 4, 3]);
    for (let i = 11; i <= 40; i++) {
      await directory.write(hash(i), bytesOf(100), 1000 * i);
      expect((await readdir(path)).length).toBeLessThanOrEqual(10);
    }
    expect(directory.has(hash(40))).toBe(true);
  });

  test("sees what another server wrote when it counts again", async () => {
    const path = freshDirectory();
    const a = await BlockDirectory.open(path, MODEL, 1000);
    const b = await BlockDirectory.open(path, MODEL, 1000);
    await a.write(hash(1), bytesOf(10), 1000);
    expect(b.has(hash(1))).toBe(false);
    await b.write(hash(2), bytesOf(100), 2000);
    expect(b.has(hash(1))).toBe(true);
  });

  test("a touch of what is gone makes it missing", async () => {
    const path = freshDirectory();
    const a = await BlockDirectory.open(path, MODEL, 1000);
    await a.write(hash(1), bytesOf(10), 1000);
    const b = await BlockDirectory.open(path, MODEL, 5);
    expect(b.has(hash(1))).toBe(false);
    await a.touch(hash(1), 2000);
    expect(a.has(hash(1))).toBe(false);
  });

  const root = process.getuid?.() === 0;

  test.skipIf(root)(
    "a directory that may only be read serves its blocks; a write is EACCES and leaves nothing",
    async () => {
      const path = freshDirectory();
      await writeFile(join(path, nameOf(1)), bytesOf(10));
      await writeFile(join(path, `${nameOf(1)}.0a0b0c0d.tmp`), "");
      await utimes(join(path, `${nameOf(1)}.0a0b0c0d.tmp`), 1, 1);
      const before = await readdir(path);
      await chmod(path, 0o500);
      const directory = await BlockDirectory.open(path, MODEL, 5);
      expect((await directory.read(hash(1)))?.length).toBe(10);
      await expect(directory.write(hash(2), bytesOf(10), 1000)).rejects.toThrow("EACCES");
      await chmod(path, 0o700);
      expect(await readdir(path)).toEqual(before);
    },
  );
});
