import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { autoBlockSize, blockSizeFile } from "../../src/cli/auto_block_size.ts";
import type { Device } from "../../src/contracts/device.ts";
import type { AttentionShape } from "../../src/runner/block_size.ts";

const directory = await mkdtemp(join(tmpdir(), "octavo-block-size-"));
afterAll(() => rm(directory, { recursive: true }));

const shape: AttentionShape = { heads: 6, kvHeads: 2, headDim: 32, kvDtype: "f16", maxPositions: 1024 };
const adapter = (name: string) => ({ name }) as Device;

/** Asks with a measurement that finds `best` fastest; says the answer and how often it was measured. */
async function ask(file: string, device: Device, best: number, model = shape) {
  let measured = 0;
  const blockSize = await autoBlockSize(device, model, file, async () => {
    measured++;
    return [8, 16, 32, 64].map((size) => ({ blockSize: size, decode: size === best ? 1 : 2, prefill: 1 }));
  });
  return { blockSize, measured };
}

describe("--block-size auto", () => {
  test("is measured once an adapter and shape of attention", async () => {
    const file = join(directory, "new", "octavo", "block_sizes.json");
    expect(await ask(file, adapter("one"), 32)).toEqual({ blockSize: 32, measured: 1 });
    expect(await ask(file, adapter("one"), 64)).toEqual({ blockSize: 32, measured: 0 });
    expect(await ask(file, adapter("two"), 64)).toEqual({ blockSize: 64, measured: 1 });
    expect(await ask(file, adapter("one"), 16, { ...shape, headDim: 64 })).toEqual({ blockSize: 16, measured: 1 });
    expect(await ask(file, adapter("one"), 8)).toEqual({ blockSize: 32, measured: 0 });
    expect(await ask(file, adapter("two"), 8)).toEqual({ blockSize: 64, measured: 0 });
    expect(await readdir(dirname(file))).toEqual(["block_sizes.json"]);
  });

  test("is measured again after another version, and where the file is damaged", async () => {
    const file = join(directory, "block_sizes.json");
    await ask(file, adapter("one"), 32);
    const whole = await readFile(file, "utf8");
    const damaged = [
      whole.slice(0, 30),
      "null",
      "[]",
      whole.replace(/"version": "[^"]+"/, '"version": "0.0.0"'),
      whole.replace(": 32", ": 12"),
      whole.replace(": 32", ': "32"'),
    ];
    for (const text of damaged) {
      await writeFile(file, text);
      expect(await ask(file, adapter("one"), 64)).toEqual({ blockSize: 64, measured: 1 });
      expect(await ask(file, adapter("one"), 8)).toEqual({ blockSize: 64, measured: 0 });
    }
  });

  test("is measured every time where nothing can be remembered", async () => {
    const occupied = join(directory, "a-file");
    await writeFile(occupied, "");
    const file = join(occupied, "octavo", "block_sizes.json");
    expect(await ask(file, adapter("one"), 32)).toEqual({ blockSize: 32, measured: 1 });
    expect(await ask(file, adapter("one"), 64)).toEqual({ blockSize: 64, measured: 1 });
  });

  test("is remembered in the user's cache directory", () => {
    expect(blockSizeFile({ XDG_CACHE_HOME: "/caches" })).toBe("/caches/octavo/block_sizes.json");
    expect(blockSizeFile({ XDG_CACHE_HOME: "" })).toEndWith("/.cache/octavo/block_sizes.json");
  });
});
