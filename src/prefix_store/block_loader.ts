import type { FindableBlocks } from "../contracts/prefix_store.ts";
import type { PrefixHash } from "../kv/hash_chain.ts";
import { type BlockDirectory, inParallel } from "./block_directory.ts";
import { type BlockFile, BlockFileError, decodeBlock, type ExpectedBlock } from "./block_file.ts";
import type { BlockMemory, Warn } from "./block_memory.ts";

/** Most bytes of files held in memory at once, on their way to the device. */
const WINDOW_BYTES = 64 * 2 ** 20;
const WINDOW_BLOCKS = 64;

/** How long (ms) a request waits for its prefix. */
const PATIENCE = 2000;

export interface LoadReport {
  readonly loaded: number;
  /** Files that could not be used. */
  readonly ignored: number;
}

/** Blocks read and checked, to be put into the cache between two steps. */
interface Arrival {
  readonly files: readonly BlockFile[];
  /** With the blocks that could be found afterwards. */
  readonly resolve: (adopted: readonly PrefixHash[]) => void;
}

/** Reads blocks back into the cache: parents before children, and no child whose parent was on disk and is not usable. */
export class BlockLoader {
  readonly #directory: BlockDirectory;
  readonly #memory: BlockMemory;
  readonly #expected: Omit<ExpectedBlock, "hash">;
  readonly #warn: Warn;
  readonly #window: number;
  #blocks: FindableBlocks | null = null;
  #wake: () => void = () => {};
  #arrivals: Arrival[] = [];
  /** What is on its way, so that a burst of equal prompts reads it once. */
  readonly #loading = new Map<PrefixHash, Promise<unknown>>();
  #ignored = 0;

  constructor(directory: BlockDirectory, memory: BlockMemory, fingerprint: Uint8Array, warn: Warn) {
    const { blockBytes, limits } = memory;
    this.#directory = directory;
    this.#memory = memory;
    this.#expected = { fingerprint, blockSize: limits.blockSize, blockBytes };
    this.#warn = warn;
    this.#window = Math.min(WINDOW_BLOCKS, Math.max(1, Math.floor(WINDOW_BYTES / blockBytes)));
  }

  attach(blocks: FindableBlocks, wake: () => void): void {
    this.#blocks = blocks;
    this.#wake = wake;
  }

  fetch(found: readonly number[], hashes: Iterable<PrefixHash>): Promise<void> | null {
    const wanted: PrefixHash[] = [];
    const others = new Set<Promise<unknown>>();
    for (const hash of hashes) {
      const loading = this.#loading.get(hash);
      if (loading !== undefined) others.add(loading);
      else if (this.#blocks!.blockOf(hash) !== undefined) continue;
      else if (this.#directory.has(hash)) wanted.push(hash);
      else break;
    }
    // More would evict the prefix's own beginning.
    const { pool } = this.#blocks!;
    const evictable = pool.free - found.filter((block) => pool.references(block) === 0).length;
    wanted.length = Math.min(wanted.length, evictable);
    if (wanted.length > 0) {
      for (const block of found.toReversed()) this.#blocks!.refresh(block);
      others.add(this.#load(wanted));
    }
    return others.size === 0 ? null : withPatience(Promise.all(others));
  }

  async load(first: readonly PrefixHash[], atMost: number): Promise<LoadReport> {
    const used = await this.#directory.lastUsed();
    const onDisk = new Set(used);
    const wanted = new Set([...first.filter((hash) => onDisk.has(hash)), ...used]);
    const ignored = this.#ignored;
    const adopted = await this.#load([...wanted].slice(0, atMost));
    return { loaded: adopted.length, ignored: this.#ignored - ignored };
  }

  betweenSteps(): void {
    const arrivals = this.#arrivals;
    if (arrivals.length === 0) return;
    this.#arrivals = [];
    for (const { files, resolve } of arrivals) {
      const adopted = this.#adopt(files);
      const last = adopted.length === 0 ? undefined : this.#blocks!.blockOf(adopted.at(-1)!);
      if (last === undefined) resolve(adopted);
      // Reading waits until the device has taken the bytes, so that host memory holds one window of a long load.
      else
        void this.#memory.readBlocks([last]).then(
          () => resolve(adopted),
          () => resolve(adopted),
        );
    }
  }

  #load(hashes: readonly PrefixHash[]): Promise<PrefixHash[]> {
    const loading = this.#loadInOrder(hashes).finally(() => {
      for (const hash of hashes) this.#loading.delete(hash);
    });
    for (const hash of hashes) this.#loading.set(hash, loading);
    return loading;
  }

  /** A window at a time; resolves with what was put into the cache. */
  async #loadInOrder(hashes: readonly PrefixHash[]): Promise<PrefixHash[]> {
    const missing = new Set(hashes);
    const adopted: PrefixHash[] = [];
    for (let start = 0; start < hashes.length; start += this.#window) {
      const window = hashes.slice(start, start + this.#window);
      const usable: BlockFile[] = [];
      for (const file of await inParallel(window, (hash) => this.#read(hash))) {
        if (file === null || missing.has(file.parent)) continue;
        missing.delete(file.hash);
        usable.push(file);
      }
      adopted.push(...(await this.#arrive(usable)));
    }
    // Heads are evicted after tails, and the first asked for last of all.
    for (const hash of adopted.toReversed()) {
      const block = this.#blocks!.blockOf(hash);
      if (block !== undefined) this.#blocks!.refresh(block);
    }
    return adopted;
  }

  /** Null, after a warning, for a file that cannot be used. */
  async #read(hash: PrefixHash): Promise<BlockFile | null> {
    try {
      const bytes = await this.#directory.read(hash);
      return bytes && (await decodeBlock(bytes, { ...this.#expected, hash }));
    } catch (error) {
      this.#ignored++;
      this.#directory.forget(hash);
      const reason = error instanceof BlockFileError ? error.message : `it cannot be read: ${(error as Error).message}`;
      this.#warn(`Prefix cache: ${this.#directory.fileOf(hash)} is ignored: ${reason}`);
      return null;
    }
  }

  #arrive(files: readonly BlockFile[]): Promise<readonly PrefixHash[]> {
    return new Promise((resolve) => {
      this.#arrivals.push({ files, resolve });
      this.#wake();
    });
  }

  #adopt(files: readonly BlockFile[]): PrefixHash[] {
    const blocks = this.#blocks!;
    const adopted: PrefixHash[] = [];
    for (const file of files) {
      const block = blocks.adopt(file);
      if (block === null) continue;
      this.#memory.writeBlocks([block], file.payload);
      adopted.push(file.hash);
    }
    return adopted;
  }
}

/** A disk that hangs must not hang a request: what comes later than PATIENCE is of use to the next one. */
async function withPatience(work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([work, enough]);
  clearTimeout(timer);
}
