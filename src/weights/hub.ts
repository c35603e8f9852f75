import { stat } from "node:fs/promises";
import { CheckpointError } from "../contracts/weights.ts";
import { findInCache, hubCacheDirectory, parseHubId } from "./hub_cache.ts";
import type { DownloadProgress } from "./hub_download.ts";

export type { DownloadProgress } from "./hub_download.ts";

export interface ResolveOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Asks the hub for the revision's newest commit even where one is in the cache. */
  readonly refresh?: boolean;
  /** HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are read here. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The directory of MODEL: itself where it is one, else a hub id `org/name[@revision]` from the Hugging Face cache, else
 * downloaded there. Throws CheckpointError that says how to go on.
 */
export async function resolveModel(model: string, options: ResolveOptions = {}): Promise<string> {
  const { onProgress = () => {}, refresh = false, env = process.env } = options;
  const found = await stat(model).catch(() => null);
  if (found?.isDirectory()) return model;
  if (found) throw new CheckpointError(`Cannot open ${model}: expected a model directory: received a file`);
  const id = parseHubId(model);
  if (!id)
    throw new CheckpointError(
      `Cannot open ${model}: there is no such directory, and it is not a hub id of the form org/name[@revision]`,
    );

  const offline = Boolean(env.HF_HUB_OFFLINE && env.HF_HUB_OFFLINE !== "0");
  const cached = refresh && !offline ? null : await findInCache(id, env);
  if (cached) return cached;
  if (offline)
    throw new CheckpointError(
      `Cannot open ${model}: there is no such directory, it is not whole in ${hubCacheDirectory(env)}, and ` +
        `HF_HUB_OFFLINE is set: unset it to download the model, or name a directory`,
    );
  // Loaded only here: a model that is on this machine starts without it.
  const { downloadModel } = await import("./hub_download.ts");
  return downloadModel(id, env, onProgress);
}
