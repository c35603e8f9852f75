import { describe, expect, test } from "bun:test";
import { checkedOps } from "../../src/contracts/checked_ops.ts";
import type { DeviceBuffer, LinearArgs, Ops } from "../../src/contracts/device.ts";

const buffer = (label: string, words: number): DeviceBuffer => ({ label, bytes: words * 4 });

/** Checked operations that accept whatever passes the checks. */
const accept = new Proxy({}, { get: () => (name: string) => ({ name }) }) as Ops;
const ops = checkedOps(accept);
const kv = { dtype: "f16", numBlocks: 4, blockSize: 8, kvHeads: 2, headDim: 16 } as const;
const cache = buffer("cache", 512);

const linear: LinearArgs = {
  out: buffer("out", 6),
  x: buffer("x", 8),
  weight: { buffer: buffer("w", 96), dtype: "bf16", rows: 6, cols: 8 },
  bias: buffer("b", 6),
  activation: "none",
  write: "store",
  rows: "tokens",
};
const attention = {
  out: buffer("out", 64),
  q: buffer("q", 64),
  keys: cache,
  values: cache,
  kv,
  heads: 4,
  scale: 1,
  positions: buffer("positions", 1),
  sequences: buffer("sequences", 1),
  blockTables: buffer("tables", 4),
  maxBlocksPerSeq: 4,
};

describe("checkedOps", () => {
  test("passes on what fits", () => {
    expect(ops.linear("down", linear).name).toBe("down");
    expect(ops.attention("attention", attention).name).toBe("attention");
    expect(ops.copyBlocks("copy", { caches: [cache], kv, copies: buffer("copies", 2) }).name).toBe("copy");
  });

  test("names operation, argument, rule and value of what does not", () => {
    const weight = { ...linear.weight, rows: 7 };
    expect(() => ops.linear("down", { ...linear, weight })).toThrow(
      "Cannot bind down: weight of [7, 8] bf16 needs 448 bytes: received buffer w of 384 bytes",
    );
    expect(() => ops.linear("down", { ...linear, bias: buffer("b", 5) })).toThrow("bias needs 24 bytes");
    expect(() => ops.linear("down", { ...linear, weight: { ...weight, rows: 6, cols: 6 } })).toThrow("multiple of 4");
    expect(() => ops.linear("down", { ...linear, weight: { ...linear.weight, roundsInput: true } })).toThrow(
      "Cannot bind down: weight is int8 where x is rounded: received bf16",
    );
    expect(() => ops.gatedLinear("mlp", { ...linear, weight: { ...weight, rows: 5 } })).toThrow("as many up rows");
    expect(() => ops.attention("a", { ...attention, heads: 3 })).toThrow(
      "heads is a multiple of 2 KV heads: received 3",
    );
    expect(() => ops.attention("a", { ...attention, kv: { ...kv, headDim: 260 } })).toThrow("received 260");
    expect(() => ops.attention("a", { ...attention, blockTables: buffer("t", 3) })).toThrow(
      "blockTables needs 16 bytes",
    );
    expect(() => ops.copyBlocks("c", { caches: [buffer("k", 511)], kv, copies: cache })).toThrow("needs 2048 bytes");
    const sampling = { sampling: cache, masks: buffer("m", 1) };
    expect(() => ops.sample("s", { ...sampling, out: cache, logits: buffer("l", 9), vocab: 10 })).toThrow("logits");
    expect(() => ops.sample("s", { ...sampling, out: cache, logits: cache, vocab: 33 })).toThrow("masks needs 8 bytes");
    const edits = { logits: cache, vocab: 10, sampling: cache, edits: buffer("e", 6), originals: buffer("o", 2) };
    expect(() => ops.editLogits("e", { ...edits, direction: "do" })).toThrow("originals needs 12 bytes");
    const scores = { chosen: cache, ranks: cache, topIds: buffer("t", 63), topLogprobs: cache };
    expect(() => ops.logprobs("l", { ...scores, logits: buffer("l", 100), tokenIds: cache, vocab: 100 })).toThrow(
      "Cannot bind l: topIds needs 256 bytes: received buffer t of 252 bytes",
    );
  });
});
