import { getLogger } from "@logtape/logtape";
import type { BuiltEngine } from "../build.ts";
import { HashChain } from "../kv/hash_chain.ts";

const log = getLogger(["octavo", "prefix-cache"]);

/** Share of the KV blocks that may hold what the last process left; the rest begins empty. */
const LOADED_SHARE = 0.5;

/** With --prefix-cache-dir, loads the blocks of these prefixes (token ids), which are pinned next, and the last used. */
export async function loadPrefixCache(
  { engine, prefixStore }: Pick<BuiltEngine, "engine" | "prefixStore">,
  pinned: readonly (readonly number[])[],
): Promise<void> {
  if (prefixStore === null) return;
  const { blockSize, numBlocks } = engine;
  const first = pinned.flatMap((tokenIds) => {
    const chain = new HashChain("");
    const tokens = Uint32Array.from(tokenIds);
    return Array.from({ length: Math.floor(tokens.length / blockSize) }, (_, i) =>
      chain.at(tokens, (i + 1) * blockSize),
    );
  });
  const started = performance.now();
  const { loaded, ignored } = await prefixStore.load(first, Math.floor(numBlocks * LOADED_SHARE));
  log.info("{loaded} blocks loaded from {path} in {seconds} s, {ignored} files ignored", {
    loaded,
    path: prefixStore.directory.path,
    seconds: ((performance.now() - started) / 1000).toFixed(2),
    ignored,
  });
}
