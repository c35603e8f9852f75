import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SIZES } from "../../bench/lib/random_model.ts";
import { writeSafetensors } from "../../bench/lib/safetensors_writer.ts";
import { writeRandomModel } from "../../bench/lib/write_random_model.ts";
import { generate } from "../../bench/load/in_process.ts";
import { parseModel } from "../../models/registry.ts";
import { buildEngine } from "../../src/build.ts";
import { parseServeConfig } from "../../src/config.ts";
import { openReferenceDevice } from "../../src/reference/device.ts";
import { loadTokenizer } from "../../src/text/tokenizer.ts";
import { openCheckpoint } from "../../src/weights/checkpoint.ts";
import { checkFit } from "../../src/weights/fit.ts";

const directory = mkdtempSync(join(tmpdir(), "octavo-random-"));
afterAll(() => rmSync(directory, { recursive: true }));

const TINY = { name: "tiny", layers: 3, hidden: 32, heads: 4, kvHeads: 2, headDim: 8, inner: 48, vocab: 300 };

test("a random model fits its config and is the same for the same seed", async () => {
  const [first, second] = [join(directory, "first"), join(directory, "second")];
  const { parameters, bytes } = await writeRandomModel(first, TINY, "bf16", 7);
  await writeRandomModel(second, TINY, "bf16", 7);
  expect(bytes).toBe(parameters * 2);
  const file = (of: string) => readFileSync(join(of, "model.safetensors"));
  expect(file(first).equals(file(second))).toBe(true);
  const opened = await openCheckpoint(first);
  checkFit(parseModel(opened.config), opened);
  await opened.close();
});

test("its logits are finite and differ", async () => {
  const path = join(directory, "served");
  await writeRandomModel(path, TINY, "f16", 1);
  const { engine, runner } = await buildEngine(
    path,
    openReferenceDevice(),
    parseServeConfig({ device: "reference" }, {}),
  );
  await generate(engine, "finite", [1, 2, 3, 4, 5], 40);
  const logits = await runner.readLogits(1);
  await engine.close();
  const spread = Math.max(...logits) - Math.min(...logits);
  expect(logits.every(Number.isFinite)).toBe(true);
  expect(spread).toBeGreaterThan(1);
  expect(spread).toBeLessThan(100);
});

test("its tokenizer has a token for each byte of a text", async () => {
  const tokenizer = await loadTokenizer(join(directory, "first"));
  const text = "Grüße, 世界!\n";
  expect(tokenizer.encode(text)).toEqual([...new TextEncoder().encode(text)]);
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
});

test("shards hold at most their bytes and are found by the index", async () => {
  const tensors = [24, 24, 40].map((bytes, i) => ({
    name: `t${i}`,
    shape: [bytes / 4],
    bytes: () => [new Uint8Array(bytes).fill(i)],
  }));
  await writeSafetensors(directory, tensors, "f32", 48);
  writeFileSync(join(directory, "config.json"), "{}");
  const checkpoint = await openCheckpoint(directory);
  expect(new Set([...checkpoint.tensors.values()].map(({ file }) => file)).size).toBe(2);
  for await (const chunk of checkpoint.read("t2")) expect([...chunk]).toEqual(new Array(40).fill(2));
  await checkpoint.close();
});

test("a tensor that yields too few bytes is refused", async () => {
  const tensor = { name: "short", shape: [4], bytes: () => [new Uint8Array(12)] };
  await expect(writeSafetensors(directory, [tensor], "f32")).rejects.toThrow(
    "Cannot write short: it has 16 bytes: received 12",
  );
});

test("the sizes have the parameters that they are named after", () => {
  const { "8b": largest, "0.1b": small } = SIZES;
  const millions = [small!, largest!].map(({ layers, hidden, heads, kvHeads, headDim, inner, vocab }) => {
    const layer = hidden * headDim * (2 * heads + 2 * kvHeads) + 3 * hidden * inner;
    return Math.round((layers * layer + vocab * hidden) / 1e6);
  });
  expect(millions).toEqual([107, 7505]);
});
