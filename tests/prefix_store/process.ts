import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HashChain } from "../../src/kv/hash_chain.ts";
import { KvCache } from "../../src/kv/kv_cache.ts";
import type { KvSequence } from "../../src/kv/kv_sequence.ts";
import type { BlockMemory } from "../../src/prefix_store/block_memory.ts";
import { DiskPrefixStore } from "../../src/prefix_store/disk_prefix_store.ts";

export const BLOCK = 8;
const BLOCK_BYTES = 64;

const directories: string[] = [];

export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "octavo-prefix-"));
  directories.push(directory);
  return directory;
}

export async function removeDirectories(): Promise<void> {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
}

/** `length` tokens that nobody shares who has another `own`. */
export function prompt(length: number, own = 1): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => own * 1000 + i);
}

export interface ProcessOptions {
  readonly fingerprint?: string;
  readonly numBlocks?: number;
  readonly maxBytes?: number;
  readonly now?: () => number;
}

/**
 * A server's cache and store over a memory in which the bytes of a block are a hash of its salt and all tokens up to its
 * end. Every hit is compared with them, so a block that is not what its name says is noticed at once.
 */
export class Process {
  readonly kv: KvCache;
  readonly store: DiskPrefixStore;
  readonly memory: Map<number, Uint8Array>;
  readonly warnings: string[];
  reads = 0;

  private constructor(store: DiskPrefixStore, memory: Map<number, Uint8Array>, warnings: string[], numBlocks: number) {
    this.store = store;
    this.memory = memory;
    this.warnings = warnings;
    this.kv = new KvCache(numBlocks, BLOCK, { onReuse: (blocks) => store.reused(blocks) });
    store.attach(this.kv, () => setImmediate(() => store.betweenSteps()));
  }

  static async open(directory: string, options: ProcessOptions = {}): Promise<Process> {
    const { fingerprint = "c0ffee", numBlocks = 40, maxBytes = 2 ** 30, now = () => Date.now() } = options;
    const memory = new Map<number, Uint8Array>();
    const warnings: string[] = [];
    const limits = { maxRows: 0, maxSequences: 0, maxBlocksPerSeq: 0, maxModelLen: 0, vocabSize: 0 };
    const runner: BlockMemory = {
      limits: { ...limits, blockSize: BLOCK, numBlocks },
      blockBytes: BLOCK_BYTES,
      fingerprint,
      readBlocks: async (blocks) => {
        process.reads += blocks.length;
        const bytes = new Uint8Array(blocks.length * BLOCK_BYTES);
        for (const [i, block] of blocks.entries()) bytes.set(memory.get(block)!, i * BLOCK_BYTES);
        return bytes;
      },
      writeBlocks: ([block], bytes) => memory.set(block!, bytes.slice()),
    };
    const warn = (sentence: string) => warnings.push(sentence);
    const store = await DiskPrefixStore.open(directory, runner, { maxBytes, warn, now });
    const process = new Process(store, memory, warnings, numBlocks);
    return process;
  }

  /** Computes a prompt, loading first what the store holds of it, and lets go of it; the tokens that were found. */
  async run(tokens: Uint32Array, salt = ""): Promise<number> {
    const chain = new HashChain(salt);
    await this.fetch(tokens, salt);
    const { kv, hit } = this.#compute(tokens, chain, salt);
    this.kv.release(kv);
    return hit;
  }

  /** Loads what the store holds of a prompt beyond what the cache does; null where that is nothing. */
  fetch(tokens: Uint32Array, salt = ""): Promise<void> | null {
    const { blocks } = this.kv.match(new HashChain(salt), tokens, tokens.length);
    return this.store.fetch(blocks, this.hashes(tokens, salt).slice(blocks.length));
  }

  /** Computes a prompt and holds its blocks. */
  hold(tokens: Uint32Array): KvSequence {
    return this.#compute(tokens, new HashChain(""), "").kv;
  }

  /** As `--system-prompt` does. */
  pin(tokens: Uint32Array): number {
    const { kv, hit } = this.#compute(tokens, new HashChain(""), "");
    this.kv.pin(kv, tokens, tokens.length);
    this.kv.release(kv);
    return hit;
  }

  hashes(tokens: Uint32Array, salt = ""): string[] {
    const chain = new HashChain(salt);
    return Array.from({ length: Math.floor(tokens.length / BLOCK) }, (_, i) => chain.at(tokens, (i + 1) * BLOCK));
  }

  /** Puts a prompt on disk, as a first server would: computed, found by a second request, written. */
  async save(tokens: Uint32Array, salt = ""): Promise<void> {
    await this.run(tokens, salt);
    await this.run(tokens, salt);
    await this.store.flush();
  }

  #compute(tokens: Uint32Array, chain: HashChain, salt: string): { kv: KvSequence; hit: number } {
    this.kv.beginStep();
    const hit = this.kv.match(chain, tokens, tokens.length);
    const kv = this.kv.admit(hit, tokens.length);
    if (kv === null) throw new Error("the pool is too small for the test");
    this.kv.commit(kv, chain, tokens, tokens.length);
    this.kv.takeCopies();
    kv.blocks.forEach((block, i) => {
      const end = (i + 1) * BLOCK;
      if (end > tokens.length) return;
      const expected = content(tokens.subarray(0, end), salt);
      if (i >= hit.blocks.length) this.memory.set(block, expected);
      else if (Buffer.compare(this.memory.get(block)!, expected) !== 0 && !this.#isPinned(block, tokens, end)) {
        throw new Error(`block ${i} of a hit holds something else`);
      }
    });
    this.store.betweenSteps();
    this.kv.checkIntegrity();
    return { kv, hit: hit.tokens };
  }

  /** A pinned block was computed without a salt. */
  #isPinned(block: number, tokens: Uint32Array, end: number): boolean {
    return Buffer.compare(this.memory.get(block)!, content(tokens.subarray(0, end), "")) === 0;
  }
}

function content(tokens: Uint32Array, salt: string): Uint8Array {
  return createHash("sha512").update(salt).update(new Uint8Array(tokens.slice().buffer)).digest();
}
