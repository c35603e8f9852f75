import { commonLength } from "./prefix_index.ts";

/** Prefixes that are kept whatever happens and that requests of every salt find: the operator's system prompts. */
export class PinnedPrefixes {
  readonly #blockSize: number;
  readonly #prefixes: { readonly tokens: Uint32Array; readonly blocks: readonly number[] }[] = [];
  readonly #blocks = new Set<number>();

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  /** Every pinned block, once. */
  get blocks(): ReadonlySet<number> {
    return this.#blocks;
  }

  /** `tokens` fill `blocks` exactly. */
  add(tokens: Uint32Array, blocks: readonly number[]): void {
    this.#prefixes.push({ tokens, blocks });
    for (const block of blocks) this.#blocks.add(block);
  }

  /** The block that holds the last blockSize of `tokens`, a whole number of blocks. */
  find(tokens: Uint32Array): number | undefined {
    const prefix = this.#prefixes.find((pinned) => startsWith(pinned.tokens, tokens));
    return prefix?.blocks[tokens.length / this.#blockSize - 1];
  }

  /** Of the blocks that follow `before`, a whole number of blocks, the one that begins with the most of `rest`. */
  findPartial(before: Uint32Array, rest: Uint32Array): { readonly block: number; readonly tokens: number } | null {
    let best: { block: number; tokens: number } | null = null;
    for (const { tokens, blocks } of this.#prefixes) {
      if (tokens.length === before.length || !startsWith(tokens, before)) continue;
      const length = commonLength(tokens.subarray(before.length, before.length + this.#blockSize), rest);
      if (length > (best?.tokens ?? 0)) best = { block: blocks[before.length / this.#blockSize]!, tokens: length };
    }
    return best;
  }
}

function startsWith(tokens: Uint32Array, prefix: Uint32Array): boolean {
  return tokens.length >= prefix.length && commonLength(tokens, prefix) === prefix.length;
}
