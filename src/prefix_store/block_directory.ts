import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { PrefixHash } from "../kv/hash_chain.ts";

/** A block's name is its prefix hash; the model's stands before it, so that several can share a directory. */
const BLOCK_NAME = /^([0-9a-f]{16})-([0-9a-f]{32})\.kv$/;
const TEMPORARY_NAME = /^[0-9a-f]{16}-[0-9a-f]{32}\.kv\.[0-9a-f]{8}\.tmp$/;

/** A temporary file this old (ms) was left by a crash: another server writes one in much less. */
const ABANDONED = 60_000;

/** Share of the bound that is written before the directory is counted again: other servers write to it too. */
const RECOUNT = 1 / 16;

/** Files looked at or read at once. */
const PARALLEL = 16;

interface Entry {
  readonly name: string;
  readonly bytes: number;
  /** Last use, in ms since the epoch. */
  readonly used: number;
}

/**
 * A directory of block files, each written under a temporary name and then renamed, so that a crash leaves whole blocks
 * and nothing else that is looked at. Bounded in bytes; the longest unused go first. A file's time of change is that of
 * its last use.
 */
export class BlockDirectory {
  readonly path: string;
  readonly #model: string;
  readonly #maxBytes: number;
  readonly #writer = Buffer.from(crypto.getRandomValues(new Uint8Array(4))).toString("hex");
  /** Blocks of this model known to be there. */
  #known = new Set<PrefixHash>();
  /** Bytes of all block files when last counted, and those written since. */
  #counted = 0;
  #written = 0;

  private constructor(path: string, model: string, maxBytes: number) {
    this.path = path;
    this.#model = model;
    this.#maxBytes = maxBytes;
  }

  /**
   * Makes the directory where it is missing, for this user alone, since it holds prompts; removes what crashes left.
   * `model` is 16 hexadecimal digits. Throws where the directory cannot be read.
   */
  static async open(path: string, model: string, maxBytes: number): Promise<BlockDirectory> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const directory = new BlockDirectory(path, model, maxBytes);
    const names = await readdir(path);
    const temporary = await directory.#entries(names.filter((name) => TEMPORARY_NAME.test(name)));
    const abandoned = temporary.filter(({ used }) => used < Date.now() - ABANDONED);
    await directory.#recount();
    // A directory that may only be read serves its blocks all the same; the first write says what is wrong.
    await Promise.all(abandoned.map(({ name }) => directory.#remove(name).catch(() => {})));
    if (directory.#counted > maxBytes) await directory.#shrink().catch(() => {});
    return directory;
  }

  has(hash: PrefixHash): boolean {
    return this.#known.has(hash);
  }

  fileOf(hash: PrefixHash): string {
    return join(this.path, this.#nameOf(hash));
  }

  /** This model's blocks, the last used first. */
  async lastUsed(): Promise<PrefixHash[]> {
    return (await this.#recount()).flatMap(({ name }) => this.#hashOf(name) ?? []);
  }

  /** Null where the block is gone. */
  async read(hash: PrefixHash): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      return await readFile(this.fileOf(hash));
    } catch (error) {
      this.#known.delete(hash);
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** A file that turned out not to be usable is as good as missing: it may be written again. */
  forget(hash: PrefixHash): void {
    this.#known.delete(hash);
  }

  /** Whole or not at all. `used`: ms since the epoch. */
  async write(hash: PrefixHash, bytes: Uint8Array, used: number): Promise<void> {
    const name = this.#nameOf(hash);
    const temporary = `${name}.${this.#writer}.tmp`;
    try {
      const file = await open(join(this.path, temporary), "w", 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await utimes(join(this.path, temporary), used / 1000, used / 1000);
      await rename(join(this.path, temporary), join(this.path, name));
    } catch (error) {
      await this.#remove(temporary).catch(() => {});
      throw error;
    }
    this.#known.add(hash);
    this.#written += bytes.length;
    const full = this.#counted + this.#written > this.#maxBytes;
    if (full || this.#written > this.#maxBytes * RECOUNT) await this.#shrink();
  }

  /** Notes a use, in ms since the epoch. */
  async touch(hash: PrefixHash, used: number): Promise<void> {
    try {
      await utimes(this.fileOf(hash), used / 1000, used / 1000);
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#known.delete(hash);
    }
  }

  /** Looks at what is there, whoever wrote it; the last used first. */
  async #recount(): Promise<Entry[]> {
    const names = await readdir(this.path);
    const entries = await this.#entries(names.filter((name) => BLOCK_NAME.test(name)));
    entries.sort((a, b) => b.used - a.used);
    this.#known = new Set(entries.flatMap(({ name }) => this.#hashOf(name) ?? []));
    this.#counted = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#written = 0;
    return entries;
  }

  /** Counts again, and deletes the longest unused where that is beyond the bound. */
  async #shrink(): Promise<void> {
    const entries = await this.#recount();
    // Somewhat below the bound, so that not every write has to count again.
    const target = this.#counted > this.#maxBytes ? this.#maxBytes * (1 - RECOUNT) : this.#maxBytes;
    while (this.#counted > target) {
      const { name, bytes } = entries.pop()!;
      await this.#remove(name);
      this.#counted -= bytes;
      this.#known.delete(this.#hashOf(name) ?? "");
    }
  }

  async #entries(names: readonly string[]): Promise<Entry[]> {
    const found = await inParallel(names, async (name) => {
      try {
        const { size, mtimeMs } = await stat(join(this.path, name));
        return [{ name, bytes: size, used: mtimeMs }];
      } catch (error) {
        // Another server deletes files too.
        if (isMissing(error)) return [];
        throw error;
      }
    });
    return found.flat();
  }

  async #remove(name: string): Promise<void> {
    await unlink(join(this.path, name)).catch((error) => {
      if (!isMissing(error)) throw error;
    });
  }

  #nameOf(hash: PrefixHash): string {
    return `${this.#model}-${Buffer.from(hash, "latin1").toString("hex")}.kv`;
  }

  /** Undefined for another model's. */
  #hashOf(name: string): PrefixHash | undefined {
    const [, model, hash] = BLOCK_NAME.exec(name)!;
    return model === this.#model ? Buffer.from(hash!, "hex").toString("latin1") : undefined;
  }
}

/** Results in the order of the items, PARALLEL of them on their way at once. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += PARALLEL) {
    results.push(...(await Promise.all(items.slice(start, start + PARALLEL).map(work))));
  }
  return results;
}

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOENT";
}
