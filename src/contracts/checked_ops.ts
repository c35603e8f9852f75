import {
  type AttentionArgs,
  type DeviceBuffer,
  type KvShape,
  kvBlockBytes,
  type LinearArgs,
  type Ops,
  type RopeArgs,
  rowBytes,
  type Weight,
} from "./device.ts";
import { MAX_TOP_LOGPROBS, maskWords } from "./runner.ts";

/**
 * The operations with their arguments checked: what does not fit throws when it is bound, with the operation and the
 * argument named, instead of reading past a buffer while serving.
 */
export function checkedOps(ops: Ops): Ops {
  return {
    embed(name, args) {
      const check = new Check(name);
      const { table, learned } = args;
      check.weight("table", table);
      check.holds("out", args.out, table.cols);
      if (learned) {
        check.weight("learned.table", learned.table);
        check.that(
          learned.table.cols === table.cols,
          "learned.table",
          `needs ${table.cols} columns`,
          learned.table.cols,
        );
      }
      return ops.embed(name, args);
    },
    norm(name, args) {
      const check = new Check(name);
      check.that(args.width % 4 === 0 && args.width > 0, "width", "is a multiple of 4", args.width);
      for (const slot of ["out", "x", "weight", "bias"] as const) check.holds(slot, args[slot], args.width);
      return ops.norm(name, args);
    },
    linear(name, args) {
      new Check(name).linear(args, args.weight.rows);
      return ops.linear(name, args);
    },
    gatedLinear(name, args) {
      const check = new Check(name);
      check.that(args.weight.rows % 2 === 0, "weight", "has gate rows, then as many up rows", args.weight.rows);
      check.linear(args, args.weight.rows / 2);
      return ops.gatedLinear(name, args);
    },
    qkv(name, args) {
      const check = new Check(name);
      const outputs = (args.heads + 2 * args.kv.kvHeads) * args.kv.headDim;
      check.that(args.weight.rows === outputs, "weight", `has ${outputs} rows`, args.weight.rows);
      check.linear({ ...args, out: args.qkv }, outputs);
      check.rope(args);
      return ops.qkv(name, args);
    },
    ropeAndWrite(name, args) {
      new Check(name).rope(args);
      return ops.ropeAndWrite(name, args);
    },
    attention(name, args) {
      const check = new Check(name);
      check.heads(args);
      check.holds("out", args.out, args.heads * args.kv.headDim);
      check.holds("blockTables", args.blockTables, args.maxBlocksPerSeq);
      return ops.attention(name, args);
    },
    copyBlocks(name, args) {
      const check = new Check(name);
      for (const cache of args.caches) check.cache("caches", cache, args.kv);
      return ops.copyBlocks(name, args);
    },
    editLogits(name, args) {
      const check = new Check(name);
      check.logits(args);
      check.holds("originals", args.originals, args.edits.bytes / 8);
      return ops.editLogits(name, args);
    },
    sample(name, args) {
      const check = new Check(name);
      check.logits(args);
      check.holds("masks", args.masks, maskWords(args.vocab));
      return ops.sample(name, args);
    },
    logprobs(name, args) {
      const check = new Check(name);
      const most = Math.min(MAX_TOP_LOGPROBS, args.vocab);
      check.logits(args);
      for (const slot of ["topIds", "topLogprobs"] as const) check.holds(slot, args[slot], most);
      return ops.logprobs(name, args);
    },
  };
}

class Check {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  that(condition: boolean, slot: string, rule: string, received: unknown): void {
    if (!condition) throw new Error(`Cannot bind ${this.#name}: ${slot} ${rule}: received ${received}`);
  }

  /** The buffer, where there is one, has at least `words` 32-bit words. */
  holds(slot: string, buffer: DeviceBuffer | undefined, words: number): void {
    if (buffer) this.that(buffer.bytes >= words * 4, slot, `needs ${words * 4} bytes`, sizeOf(buffer));
  }

  logits({ logits, vocab }: { readonly logits: DeviceBuffer; readonly vocab: number }): void {
    this.that(vocab > 0, "vocab", "is at least 1", vocab);
    this.holds("logits", logits, vocab);
  }

  weight(slot: string, weight: Weight): void {
    const { buffer, dtype, rows, cols, roundsInput } = weight;
    this.that(!roundsInput || dtype === "int8", slot, "is int8 where x is rounded", dtype);
    this.that(cols % 4 === 0 && cols > 0, slot, "has a multiple of 4 columns", cols);
    const bytes = rows * rowBytes(weight);
    this.that(buffer.bytes >= bytes, slot, `of [${rows}, ${cols}] ${dtype} needs ${bytes} bytes`, sizeOf(buffer));
  }

  rope(args: RopeArgs): void {
    const { kv, heads } = args;
    this.heads(args);
    this.holds("qkv", args.qkv, (heads + 2 * kv.kvHeads) * kv.headDim);
    this.holds("rotation", args.rotation, kv.headDim);
  }

  linear(args: Pick<LinearArgs, "out" | "x" | "norm" | "weight" | "bias">, outputs: number): void {
    const { out, x, norm, weight, bias } = args;
    for (const slot of ["out", "weight", "bias"] as const) this.holds(`norm.${slot}`, norm?.[slot], weight.cols);
    this.weight("weight", weight);
    this.holds("x", x, weight.cols);
    this.holds("bias", bias, weight.rows);
    this.holds("out", out, outputs);
  }

  heads({ kv, heads, q, keys, values }: RopeArgs | AttentionArgs): void {
    const { headDim, kvHeads } = kv;
    this.that(headDim % 4 === 0 && headDim > 0 && headDim <= 256, "headDim", "is a multiple of 4 up to 256", headDim);
    this.that(heads % kvHeads === 0, "heads", `is a multiple of ${kvHeads} KV heads`, heads);
    this.holds("q", q, heads * headDim);
    this.cache("keys", keys, kv);
    this.cache("values", values, kv);
  }

  cache(slot: string, buffer: DeviceBuffer, kv: KvShape): void {
    const block = kvBlockBytes(kv);
    this.that(block % 8 === 0, slot, "has blocks of a multiple of 8 bytes", block);
    this.that(buffer.bytes >= kv.numBlocks * block, slot, `needs ${kv.numBlocks * block} bytes`, sizeOf(buffer));
  }
}

function sizeOf({ label, bytes }: DeviceBuffer): string {
  return `buffer ${label} of ${bytes} bytes`;
}
