import { assert } from "../base/assert.ts";
import { BlockPool } from "./block_pool.ts";
import { GRANULE, type HashChain, type PrefixHash } from "./hash_chain.ts";
import { KvSequence } from "./kv_sequence.ts";
import { PinnedPrefixes } from "./pinned_prefixes.ts";
import { type PrefixBlock, type PrefixEvent, PrefixIndex } from "./prefix_index.ts";

/** A block to be copied on the device before anything of the step is written. */
export interface BlockCopy {
  readonly source: number;
  readonly destination: number;
}

/** What the cache already holds of a token sequence. */
export interface PrefixHit {
  /** Tokens whose K and V need not be computed: those of the full blocks and of the partial one. */
  readonly tokens: number;
  /** Full blocks, to be shared. */
  readonly blocks: readonly number[];
  /** A block of another sequence whose first tokens match: they are copied, not shared. */
  readonly partial: number | null;
}

export interface KvCacheOptions {
  /** Default on. */
  readonly prefixCaching?: boolean;
  readonly onPrefixEvent?: (event: PrefixEvent) => void;
  /** Sees the full blocks, from the start of a prefix, that a newcomer shares or that are pinned now. */
  readonly onReuse?: (blocks: readonly number[]) => void;
}

const NO_HIT: PrefixHit = { tokens: 0, blocks: [], partial: null };

/**
 * The paged KV cache's book-keeping: who holds which block, and which blocks hold reusable content, without the bytes
 * themselves (paper, section 4). Synchronous and deterministic; an operation that cannot be done whole changes nothing.
 */
export class KvCache {
  readonly blockSize: number;
  readonly pool: BlockPool;
  readonly #prefixCaching: boolean;
  readonly #index: PrefixIndex;
  readonly #sequences = new Set<KvSequence>();
  /** Blocks registered since `beginStep`: the step that computes them has not run, so nothing can be copied out yet. */
  readonly #uncomputed = new Set<number>();
  readonly #pinned: PinnedPrefixes;
  readonly #onReuse: (blocks: readonly number[]) => void;
  #copies: BlockCopy[] = [];
  #totalCopies = 0;

  constructor(numBlocks: number, blockSize: number, options: KvCacheOptions = {}) {
    const { prefixCaching = true, onPrefixEvent = () => {}, onReuse = () => {} } = options;
    assert(
      !prefixCaching || blockSize % GRANULE === 0,
      `prefix caching needs blocks of ${GRANULE} tokens or multiples`,
    );
    this.blockSize = blockSize;
    this.pool = new BlockPool(numBlocks);
    this.#prefixCaching = prefixCaching;
    this.#pinned = new PinnedPrefixes(blockSize);
    this.#index = new PrefixIndex(onPrefixEvent);
    this.#onReuse = onReuse;
  }

  /** Copy-on-write copies since the start. */
  get totalCopies(): number {
    return this.#totalCopies;
  }

  /** Blocks held by pinned prefixes. */
  get pinnedBlocks(): number {
    return this.#pinned.blocks.size;
  }

  /** Free blocks that still hold reusable content. */
  get cachedFree(): number {
    return this.pool.freeOrder().filter((block) => this.#index.has(block)).length;
  }

  /** What can be found now, one event a block. */
  storedPrefixes(): Iterable<PrefixEvent> {
    return this.#index.stored();
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  /** Everything scheduled before is computed from here on. */
  beginStep(): void {
    this.#uncomputed.clear();
  }

  /**
   * What is already there of tokens [0, count): full blocks, then as many tokens of one more block as match. At most
   * count - 1 tokens, since the last one has to be computed for its logits.
   */
  match(chain: HashChain, tokens: Uint32Array, count: number): PrefixHit {
    if (!this.#prefixCaching) return NO_HIT;
    const { blockSize } = this;
    const blocks: number[] = [];
    let end = 0;
    while (end + blockSize < count) {
      const block = this.#find(chain, tokens, end);
      if (block === undefined) break;
      blocks.push(block);
      end += blockSize;
    }
    const rest = tokens.subarray(end, Math.min(end + blockSize, count - 1));
    const parent = chain.at(tokens, end);
    const pinned = this.#pinned.findPartial(tokens.subarray(0, end), rest);
    const known = this.#index.findPartial(parent, rest, (block) => !this.#uncomputed.has(block));
    const partial = (pinned?.tokens ?? 0) > (known?.tokens ?? 0) ? pinned : known;
    if (partial === null) return { tokens: end, blocks, partial: null };
    return { tokens: end + partial.tokens, blocks, partial: partial.block };
  }

  /** A new sequence that holds nothing yet. */
  open(): KvSequence {
    const sequence = new KvSequence();
    this.#sequences.add(sequence);
    return sequence;
  }

  /** Free blocks that would be left after admitting `tokens` tokens on top of a hit; negative without the room. */
  freeAfter(hit: PrefixHit, tokens: number): number {
    const held = hit.partial === null ? hit.blocks : [...hit.blocks, hit.partial];
    const freeHeld = held.filter((block) => this.pool.references(block) === 0).length;
    return this.pool.free - freeHeld - (this.blocksFor(tokens) - hit.blocks.length);
  }

  /** A new sequence on top of a hit, with slots for `tokens` tokens; null, with nothing changed, without the room. */
  admit(hit: PrefixHit, tokens: number): KvSequence | null {
    if (this.freeAfter(hit, tokens) < 0) return null;
    const sequence = this.open();
    for (const block of hit.blocks) this.pool.retain(block);
    if (hit.partial !== null) this.pool.retain(hit.partial);
    sequence.blocks.push(...hit.blocks);
    while (sequence.blocks.length < this.blocksFor(tokens)) sequence.blocks.push(this.#allocate());
    sequence.reserved = tokens;
    sequence.registered = hit.blocks.length;
    if (hit.partial !== null) this.#copy(hit.partial, sequence.blocks[hit.blocks.length]!);
    if (hit.blocks.length > 0) this.#onReuse(hit.blocks);
    return sequence;
  }

  /**
   * Makes token slots 0..tokens-1 exist and the not yet reserved ones writable: takes new blocks on demand and, where
   * the first slot to be written lies in a block that others hold too, replaces it by a private copy (copy-on-write).
   * False, with nothing changed, when the pool has too few free blocks.
   */
  reserve(sequence: KvSequence, tokens: number): boolean {
    if (tokens <= sequence.reserved) return true;
    const { pool, blockSize } = this;
    const writeFrom = Math.floor(sequence.reserved / blockSize);
    const tail = sequence.blocks[writeFrom];
    const copyTail = tail !== undefined && this.#isShared(tail);
    const fresh = this.blocksFor(tokens) - sequence.blocks.length;
    if (fresh + (copyTail ? 1 : 0) > pool.free) return false;
    if (copyTail) {
      const destination = this.#allocate();
      sequence.blocks[writeFrom] = destination;
      this.#copy(tail, destination);
    }
    for (let i = 0; i < fresh; i++) sequence.blocks.push(this.#allocate());
    sequence.reserved = tokens;
    return true;
  }

  /**
   * Registers the blocks that tokens [0, count) fill: other sequences, also ones scheduled in the same step, find them
   * from now on. The caller has reserved the slots and computes them in this step at the latest.
   */
  commit(sequence: KvSequence, chain: HashChain, tokens: Uint32Array, count: number): void {
    if (!this.#prefixCaching) return;
    const { blockSize } = this;
    const full = Math.floor(count / blockSize);
    while (sequence.registered < full) {
      const start = sequence.registered * blockSize;
      const block = sequence.blocks[sequence.registered++]!;
      const parent = chain.at(tokens, start);
      const hash = chain.at(tokens, start + blockSize);
      const content = tokens.subarray(start, start + blockSize);
      if (this.#index.insert(block, hash, parent, content)) this.#uncomputed.add(block);
    }
  }

  /**
   * Keeps the full blocks of the sequence's first `count` tokens for good, and lets requests of every salt find them.
   * All of them are computed. Returns how many blocks were not pinned before.
   */
  pin(sequence: KvSequence, tokens: Uint32Array, count: number): number {
    const full = Math.floor(count / this.blockSize);
    const blocks = sequence.blocks.slice(0, full);
    const fresh = blocks.filter((block) => !this.#pinned.blocks.has(block));
    for (const block of fresh) this.pool.retain(block);
    this.#pinned.add(tokens.slice(0, full * this.blockSize), blocks);
    this.#onReuse(blocks);
    return fresh.length;
  }

  /** The block that holds the last tokens of the prefix `hash`; undefined where it is not in the cache. */
  blockOf(hash: PrefixHash): number | undefined {
    return this.#index.blockOf(hash);
  }

  /** What a block holds for others to find; undefined where that is nothing. */
  contentOf(block: number): PrefixBlock | undefined {
    return this.#index.get(block);
  }

  /**
   * Registers content that was computed elsewhere. The block, which the caller fills before the next step, stays free:
   * it is the last to be evicted. Null, with nothing changed, where the content is there already or no block is free.
   */
  adopt({ hash, parent, tokens }: PrefixBlock): number | null {
    assert(tokens.length === this.blockSize, `${tokens.length} tokens are adopted as a block of ${this.blockSize}`);
    if (!this.#prefixCaching || this.pool.free === 0 || this.blockOf(hash) !== undefined) return null;
    const block = this.#allocate();
    this.#index.insert(block, hash, parent, tokens);
    this.#release(block);
    return block;
  }

  /** Of the free blocks with content, makes this one the last to be evicted. */
  refresh(block: number): void {
    this.pool.retain(block);
    this.#release(block);
  }

  /**
   * A second sequence with the same content, of which `tokens` tokens are computed: slots reserved beyond are given back.
   * Every block is shared until one of the two writes to it. Only between steps: a copy of a block that is itself about
   * to be copied would read what is not there yet.
   */
  fork(sequence: KvSequence, tokens = sequence.reserved): KvSequence {
    assert(this.#sequences.has(sequence), "a closed sequence is forked");
    assert(this.#copies.length === 0, "a sequence is forked while copies are pending");
    this.trim(sequence, tokens);
    const child = this.open();
    for (const block of sequence.blocks) {
      this.pool.retain(block);
      child.blocks.push(block);
    }
    child.reserved = sequence.reserved;
    child.registered = sequence.registered;
    return child;
  }

  /** Gives back the slots beyond the first `tokens`, none of which is registered. */
  trim(sequence: KvSequence, tokens: number): void {
    if (tokens >= sequence.reserved) return;
    const { blocks } = sequence;
    const kept = this.blocksFor(tokens);
    assert(sequence.registered <= kept, "registered blocks are trimmed");
    while (blocks.length > kept) {
      const block = blocks.pop()!;
      if (this.#release(block)) this.#dropCopyTo(block);
    }
    sequence.reserved = tokens;
  }

  /** Gives back every block, last one first, and closes the sequence. What is registered stays to be found. */
  release(sequence: KvSequence): void {
    assert(this.#sequences.delete(sequence), "a sequence is released twice");
    for (let i = sequence.blocks.length - 1; i >= 0; i--) {
      const block = sequence.blocks[i]!;
      if (this.#release(block)) this.#dropCopyTo(block);
    }
    sequence.blocks.length = 0;
    sequence.reserved = 0;
    sequence.registered = 0;
  }

  /** The copies that the step about to run must do first. Afterwards their sources may be reused. */
  takeCopies(): readonly BlockCopy[] {
    const copies = this.#copies;
    if (copies.length === 0) return copies;
    this.#copies = [];
    for (const { source } of copies) this.#release(source);
    return copies;
  }

  /** Distinct blocks that these sequences hold and nobody else does: what releasing them all would free. */
  heldAlone(sequences: readonly KvSequence[]): number {
    const holders = new Map<number, number>();
    for (const { blocks } of sequences) for (const block of blocks) holders.set(block, (holders.get(block) ?? 0) + 1);
    let alone = 0;
    for (const [block, count] of holders) alone += Number(this.pool.references(block) === count);
    return alone;
  }

  /** Token slots in use over distinct blocks, pinned ones apart; `written`: how many tokens of a sequence are cached. */
  storedTokens(written: (sequence: KvSequence) => number): number {
    const filled = new Map<number, number>();
    for (const sequence of this.#sequences) {
      const tokens = written(sequence);
      sequence.blocks.forEach((block, i) => {
        if (this.#pinned.blocks.has(block)) return;
        const inBlock = Math.min(this.blockSize, Math.max(0, tokens - i * this.blockSize));
        filled.set(block, Math.max(filled.get(block) ?? 0, inBlock));
      });
    }
    let stored = 0;
    for (const tokens of filled.values()) stored += tokens;
    return stored;
  }

  /** Throws unless every reference is accounted for and no slot yet to be written is visible to two sequences. */
  checkIntegrity(): void {
    this.pool.checkIntegrity();
    this.#index.checkIntegrity();
    const expected = new Int32Array(this.pool.numBlocks + 1);
    for (const sequence of this.#sequences) {
      assert(
        sequence.blocks.length === this.blocksFor(sequence.reserved),
        `${sequence.blocks.length} blocks for ${sequence.reserved} tokens of ${this.blockSize} a block`,
      );
      assert(new Set(sequence.blocks).size === sequence.blocks.length, "a block stands twice in one table");
      for (const block of sequence.blocks) expected[block]!++;
    }
    for (const { source, destination } of this.#copies) {
      expected[source]!++;
      assert(expected[destination]! > 0, `copy destination ${destination} is held by nobody`);
      // A sibling of the same step may share the block already, but nobody may have been promised other content.
      assert(!this.#index.has(destination) || this.#uncomputed.has(destination), `block ${destination} is overwritten`);
    }
    for (const block of this.#pinned.blocks) expected[block]!++;
    for (let id = 1; id <= this.pool.numBlocks; id++) {
      const actual = this.pool.references(id);
      assert(actual === expected[id], `block ${id} has ${actual} references for ${expected[id]} holders`);
    }
  }

  /** The block that holds tokens [start, start + blockSize), given that all before them were found. */
  #find(chain: HashChain, tokens: Uint32Array, start: number): number | undefined {
    const end = start + this.blockSize;
    const pinned = this.#pinned.find(tokens.subarray(0, end));
    if (pinned !== undefined) return pinned;
    return this.#index.find(chain.at(tokens, end), tokens.subarray(start, end));
  }

  /** A block to write to; what it still held for others to find is gone. */
  #allocate(): number {
    const block = this.pool.allocate();
    if (this.#index.has(block)) this.#index.remove(block);
    return block;
  }

  #release(block: number): boolean {
    return this.pool.release(block, this.#index.has(block));
  }

  /** The pending copy takes over a reference to its source, so that nobody overwrites the block before it was read. */
  #copy(source: number, destination: number): void {
    this.#copies.push({ source, destination });
    this.#totalCopies++;
  }

  /** Held by more than one sequence. A pending copy holds its source too, but has read it before anyone writes. */
  #isShared(block: number): boolean {
    if (!this.pool.isShared(block)) return false;
    const pending = this.#copies.filter((copy) => copy.source === block).length;
    return this.pool.references(block) - pending > 1;
  }

  /** The holder went before its copy was made: the block may have a new owner, who must not be overwritten. */
  #dropCopyTo(block: number): void {
    const dropped = this.#copies.find((copy) => copy.destination === block);
    if (!dropped) return;
    this.#copies = this.#copies.filter((copy) => copy !== dropped);
    this.#release(dropped.source);
  }
}
