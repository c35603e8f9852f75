import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CheckpointError } from "../contracts/weights.ts";
import { readOptionalJson } from "./json.ts";

/** The Hugging Face cache: models--org--name/{refs/REVISION, blobs/ETAG, snapshots/COMMIT/FILE -> blob}. */

export interface HubId {
  /** `org/name`. */
  readonly name: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** Parses `org/name[@revision]`; null where `model` is not of that form. */
export function parseHubId(model: string): HubId | null {
  const [, name, revision = "main"] = /^([\w-][\w.-]*\/[\w-][\w.-]*)(?:@([\w-][\w./-]*))?$/.exec(model) ?? [];
  return name && !revision.includes("..") ? { name, revision } : null;
}

/** HF_HUB_CACHE, or `hub` under HF_HOME, or under the user's cache directory. */
export function hubCacheDirectory(env: NodeJS.ProcessEnv): string {
  return env.HF_HUB_CACHE ?? env.HUGGINGFACE_HUB_CACHE ?? join(hubHome(env), "hub");
}

/** HF_TOKEN, or the token that `hf auth login` left. */
export async function hubToken(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (env.HF_TOKEN) return env.HF_TOKEN;
  const text = await readText(env.HF_TOKEN_PATH ?? join(hubHome(env), "token"));
  return text?.trim() || undefined;
}

function hubHome(env: NodeJS.ProcessEnv): string {
  return env.HF_HOME ?? join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "huggingface");
}

/** Where a model's refs, blobs and snapshots lie. */
export function repositoryDirectory(id: HubId, env: NodeJS.ProcessEnv): string {
  return join(hubCacheDirectory(env), `models--${id.name.replace("/", "--")}`);
}

/** The directory of a model that is in the cache as a whole, else null. Asks no network. */
export async function findInCache(id: HubId, env: NodeJS.ProcessEnv): Promise<string | null> {
  const repository = repositoryDirectory(id, env);
  const commit = (await readText(join(repository, "refs", id.revision)))?.trim() ?? id.revision;
  if (!/^[0-9a-f]{40}$/.test(commit)) return null;
  const snapshot = join(repository, "snapshots", commit);
  if (!(await exists(join(snapshot, "config.json")))) return null;
  for (const file of await weightFiles(snapshot)) if (!(await exists(join(snapshot, file)))) return null;
  return snapshot;
}

const INDEX = "model.safetensors.index.json";

/** The safetensors files that a model directory needs: the shards of its index, or the one file without an index. */
export async function weightFiles(directory: string): Promise<readonly string[]> {
  const index = (await exists(join(directory, "model.safetensors"))) ? null : await readOptionalJson(directory, INDEX);
  if (!index) return ["model.safetensors"];
  const shards = [...new Set(Object.values(index.weight_map ?? {}))];
  const plain = shards.every((shard) => typeof shard === "string" && /^[\w-][\w.-]*\.safetensors$/.test(shard));
  if (plain && shards.length > 0) return shards as string[];
  throw new CheckpointError(`Cannot read ${join(directory, INDEX)}: expected weight_map to name .safetensors files`);
}

async function readText(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch(() => null);
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
