/**
 * One sequence's view of the cache: its block table (logical block -> physical block) and how many token slots of it
 * are reserved. Made by `KvCache.open` and `KvCache.fork`; only the cache changes it.
 */
export class KvSequence {
  /** Physical block of each logical block. */
  readonly blocks: number[] = [];
  /** Token slots reserved, which is at most blocks.length * blockSize. */
  reserved = 0;
  /** Blocks from the start of the table whose content the prefix index knows, under this block or an equal one. */
  registered = 0;
}
