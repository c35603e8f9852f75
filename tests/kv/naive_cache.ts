import type { BlockCopy, PrefixHit } from "../../src/kv/kv_cache.ts";

/** A sequence of the naive cache; `registered` as in KvSequence. */
export interface NaiveSequence {
  readonly blocks: number[];
  reserved: number;
  registered: number;
}

/**
 * The KV cache's rules in the simplest words: lists that are searched, and a prefix named by its whole text, one
 * character a token. It says which block ids KvCache must hand out, find, evict and copy.
 */
export class NaiveCache {
  readonly #blockSize: number;
  /** Free blocks, next to be handed out first. */
  readonly free: number[];
  readonly #holders: number[];
  /** What can be found: salt and text up to the block's end, in the order of registration. */
  readonly #named = new Map<string, number>();
  readonly #uncomputed = new Set<number>();
  readonly #pins: { readonly text: string; readonly blocks: readonly number[] }[] = [];
  copies: BlockCopy[] = [];
  /** Blocks whose content was given up for new content. */
  evictions = 0;

  constructor(numBlocks: number, blockSize: number) {
    this.#blockSize = blockSize;
    this.free = Array.from({ length: numBlocks }, (_, i) => i + 1);
    this.#holders = new Array(numBlocks + 1).fill(0);
  }

  match(salt: string, text: string, count: number): PrefixHit {
    const size = this.#blockSize;
    const blocks: number[] = [];
    let end = 0;
    for (; end + size < count; end += size) {
      const upTo = text.slice(0, end + size);
      const pin = this.#pins.find((pinned) => pinned.text.startsWith(upTo));
      const block = pin ? pin.blocks[end / size] : this.#named.get(`${salt}:${upTo}`);
      if (block === undefined) break;
      blocks.push(block);
    }
    const before = text.slice(0, end);
    const rest = text.slice(end, Math.min(end + size, count - 1));
    let tokens = 0;
    let partial: number | null = null;
    const offer = (content: string, block: number) => {
      const common = commonLength(content, rest);
      if (common <= tokens) return;
      tokens = common;
      partial = block;
    };
    // Of equal matches a registered block goes before a pinned one, so those are asked first.
    for (const [name, block] of this.#named) {
      if (name.length === salt.length + 1 + end + size && name.startsWith(`${salt}:${before}`)) {
        if (!this.#uncomputed.has(block)) offer(name.slice(-size), block);
      }
    }
    for (const pin of this.#pins) {
      if (pin.text.length > end && pin.text.startsWith(before)) {
        offer(pin.text.slice(end, end + size), pin.blocks[end / size]!);
      }
    }
    return { tokens: end + tokens, blocks, partial };
  }

  admit({ blocks, partial }: PrefixHit, tokens: number): NaiveSequence | null {
    const size = this.#blockSize;
    const held = partial === null ? blocks : [...blocks, partial];
    const wanted = Math.ceil(tokens / size) - blocks.length;
    if (wanted > this.free.filter((block) => !held.includes(block)).length) return null;
    for (const block of held) this.#hold(block);
    const fresh = Array.from({ length: wanted }, () => this.#take());
    if (partial !== null) this.copies.push({ source: partial, destination: fresh[0]! });
    return { blocks: [...blocks, ...fresh], reserved: tokens, registered: blocks.length };
  }

  reserve(sequence: NaiveSequence, tokens: number): boolean {
    const { blocks, reserved } = sequence;
    if (tokens <= reserved) return true;
    const at = Math.floor(reserved / this.#blockSize);
    const tail = blocks[at];
    const readers = this.copies.filter(({ source }) => source === tail).length;
    const shared = tail !== undefined && this.#holders[tail]! - readers > 1;
    const fresh = Math.ceil(tokens / this.#blockSize) - blocks.length;
    if (fresh + Number(shared) > this.free.length) return false;
    if (shared) {
      blocks[at] = this.#take();
      this.copies.push({ source: tail, destination: blocks[at]! });
    }
    for (let i = 0; i < fresh; i++) blocks.push(this.#take());
    sequence.reserved = tokens;
    return true;
  }

  commit(sequence: NaiveSequence, salt: string, text: string, count: number): void {
    for (; (sequence.registered + 1) * this.#blockSize <= count; sequence.registered++) {
      const block = sequence.blocks[sequence.registered]!;
      const name = `${salt}:${text.slice(0, (sequence.registered + 1) * this.#blockSize)}`;
      if (this.#named.has(name)) continue;
      this.#named.set(name, block);
      this.#uncomputed.add(block);
    }
  }

  beginStep(): void {
    this.#uncomputed.clear();
  }

  takeCopies(): readonly BlockCopy[] {
    const { copies } = this;
    this.copies = [];
    for (const { source } of copies) this.#drop(source);
    return copies;
  }

  fork(sequence: NaiveSequence, tokens: number): NaiveSequence {
    this.trim(sequence, tokens);
    const { blocks, reserved, registered } = sequence;
    for (const block of blocks) this.#hold(block);
    return { blocks: [...blocks], reserved, registered };
  }

  trim(sequence: NaiveSequence, tokens: number): void {
    const kept = Math.ceil(tokens / this.#blockSize);
    this.#leave(sequence.blocks.splice(kept));
    sequence.reserved = Math.min(sequence.reserved, tokens);
  }

  release({ blocks }: NaiveSequence): void {
    this.#leave(blocks);
  }

  pin({ blocks }: NaiveSequence, text: string, count: number): void {
    const full = Math.floor(count / this.#blockSize);
    const pinned = new Set(this.#pins.flatMap((pin) => pin.blocks));
    for (const block of blocks.slice(0, full)) if (!pinned.has(block)) this.#hold(block);
    this.#pins.push({ text: text.slice(0, full * this.#blockSize), blocks: blocks.slice(0, full) });
  }

  heldAlone(sequences: readonly NaiveSequence[]): number {
    const blocks = sequences.flatMap((sequence) => sequence.blocks);
    const times = (block: number) => blocks.filter((other) => other === block).length;
    return new Set(blocks.filter((block) => times(block) === this.#holders[block])).size;
  }

  adopt(salt: string, text: string): number | null {
    const name = `${salt}:${text}`;
    if (this.free.length === 0 || this.#named.has(name)) return null;
    const block = this.#take();
    this.#named.set(name, block);
    this.#drop(block);
    return block;
  }

  refresh(block: number): void {
    this.#hold(block);
    this.#drop(block);
  }

  #isNamed(block: number): boolean {
    return [...this.#named.values()].includes(block);
  }

  /** Gives up blocks, last one first. */
  #leave(blocks: readonly number[]): void {
    for (const block of blocks.toReversed()) {
      if (!this.#drop(block)) continue;
      const copy = this.copies.find(({ destination }) => destination === block);
      if (!copy) continue;
      this.copies = this.copies.filter((other) => other !== copy);
      this.#drop(copy.source);
    }
  }

  #hold(block: number): void {
    if (this.#holders[block]!++ === 0) this.free.splice(this.free.indexOf(block), 1);
  }

  /** True when the block is free again: at the end if its content can be found, else at the front. */
  #drop(block: number): boolean {
    if (--this.#holders[block]! > 0) return false;
    if (this.#isNamed(block)) this.free.push(block);
    else this.free.unshift(block);
    return true;
  }

  #take(): number {
    const block = this.free.shift()!;
    this.#holders[block] = 1;
    for (const [name, named] of this.#named) {
      if (named !== block) continue;
      this.#named.delete(name);
      this.evictions++;
      break;
    }
    return block;
  }
}

function commonLength(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}
