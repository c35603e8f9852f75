import type { FindableBlocks, PrefixStore } from "../contracts/prefix_store.ts";
import type { PrefixHash } from "../kv/hash_chain.ts";
import { BlockDirectory } from "./block_directory.ts";
import { fingerprintDigest } from "./block_file.ts";
import { BlockLoader, type LoadReport } from "./block_loader.ts";
import type { BlockMemory, Warn } from "./block_memory.ts";
import { BlockSaver } from "./block_saver.ts";

export interface DiskPrefixStoreOptions {
  /** Bytes of all block files in the directory. */
  readonly maxBytes: number;
  readonly warn: Warn;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Keeps pinned and reused blocks of the KV cache in a directory. No failure of the disk reaches a request. */
export class DiskPrefixStore implements PrefixStore {
  readonly directory: BlockDirectory;
  readonly #loader: BlockLoader;
  readonly #saver: BlockSaver;

  private constructor(directory: BlockDirectory, loader: BlockLoader, saver: BlockSaver) {
    this.directory = directory;
    this.#loader = loader;
    this.#saver = saver;
  }

  /** Throws where the directory cannot be made or read. */
  static async open(path: string, memory: BlockMemory, options: DiskPrefixStoreOptions): Promise<DiskPrefixStore> {
    const fingerprint = fingerprintDigest(memory.fingerprint);
    const model = Buffer.from(fingerprint.subarray(0, 8)).toString("hex");
    const directory = await BlockDirectory.open(path, model, options.maxBytes);
    const loader = new BlockLoader(directory, memory, fingerprint, options.warn);
    return new DiskPrefixStore(
      directory,
      loader,
      new BlockSaver(directory, memory, fingerprint, options.warn, options.now),
    );
  }

  attach(blocks: FindableBlocks, wake: () => void): void {
    this.#loader.attach(blocks, wake);
    this.#saver.attach(blocks, wake);
  }

  reused(blocks: readonly number[]): void {
    this.#saver.reused(blocks);
  }

  fetch(found: readonly number[], hashes: Iterable<PrefixHash>): Promise<void> | null {
    return this.#loader.fetch(found, hashes);
  }

  betweenSteps(): void {
    this.#loader.betweenSteps();
    this.#saver.betweenSteps();
  }

  /** Loads at most `atMost` blocks: those of `first`, as far as they are there, then the last used. */
  load(first: readonly PrefixHash[], atMost: number): Promise<LoadReport> {
    return this.#loader.load(first, atMost);
  }

  /** Resolves when everything worth keeping is written; the engine must still run. */
  flush(): Promise<void> {
    return this.#saver.flush();
  }

  /** Blocks since the start. */
  get written(): number {
    return this.#saver.written;
  }
}
