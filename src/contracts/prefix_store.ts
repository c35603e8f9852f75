/** A prefix cache that outlives the process, as the engine sees it. */

/** A full block by its content. Hashes are those of `kv/hash_chain.ts`: 16 latin1 characters. */
export interface StoredBlock {
  /** Of the prefix that ends with this block. */
  readonly hash: string;
  /** Of the prefix before this block. */
  readonly parent: string;
  /** [blockSize] */
  readonly tokens: Uint32Array;
}

/** The blocks that can be found in the KV cache, as a store sees them. */
export interface FindableBlocks {
  /** The block that ends the prefix `hash`; undefined where it is not there. */
  blockOf(hash: string): number | undefined;
  /** What a block holds for others to find; undefined where that is nothing. */
  contentOf(block: number): StoredBlock | undefined;
  /**
   * Takes a free block for content that the caller writes before the next step. It stays free and can be found. Null
   * where the content is there already or no block is free.
   */
  adopt(content: StoredBlock): number | null;
  /** Of the free blocks with content, makes this one the last to be evicted. */
  refresh(block: number): void;
}

export interface PrefixStore {
  /** Called once, by the engine. `wake` asks for a `betweenSteps` even while nothing is to be computed. */
  attach(blocks: FindableBlocks, wake: () => void): void;
  /** Full blocks, from the start of a prefix, that a second sequence shares or that are pinned now. Cheap. */
  reused(blocks: readonly number[]): void;
  /**
   * Puts blocks into the cache, from the first of `hashes` (consecutive, read as far as needed) to the last that the
   * store holds; resolves when they can be found. Null where it does not hold the first. Never rejects.
   */
  fetch(hashes: Iterable<string>): Promise<void> | null;
  /** No step is in flight, and all that can be found is computed. Waits for nothing. */
  betweenSteps(): void;
}
