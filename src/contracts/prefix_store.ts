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
  readonly pool: {
    /** Blocks that nobody holds. */
    readonly free: number;
    /** How many hold the block. */
    references(block: number): number;
  };
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
   * Continues a prefix that the cache holds in the blocks `found`: puts the blocks of the next hashes (read as far as
   * needed) into the cache, up to the first that the store lacks, and resolves when they can be found. Null where it
   * lacks the first. Never rejects.
   */
  fetch(found: readonly number[], hashes: Iterable<string>): Promise<void> | null;
  /** No step is in flight, and all that can be found is computed. Waits for nothing. */
  betweenSteps(): void;
}
