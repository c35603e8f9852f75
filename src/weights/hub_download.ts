import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { downloadFile, fileDownloadInfo, HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { CheckpointError } from "../contracts/weights.ts";
import { exists, type HubId, hubToken, repositoryDirectory, weightFiles } from "./hub_cache.ts";

/** Bytes of one file so far; a file that was there already is not reported. */
export interface DownloadProgress {
  readonly file: string;
  readonly received: number;
  readonly size: number;
}

/** What a model directory needs beside its weights; everything else in a repository is left where it is. */
const WANTED = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
  "chat_template.json",
  "model.safetensors.index.json",
]);

/**
 * Downloads what is missing of a model into the Hugging Face cache and returns its snapshot directory. A file appears
 * there only when it is whole; one that was cut off goes on where it stopped. Throws CheckpointError.
 */
export async function downloadModel(
  id: HubId,
  env: NodeJS.ProcessEnv,
  onProgress: (progress: DownloadProgress) => void,
): Promise<string> {
  const hubUrl = (env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");
  try {
    const accessToken = await hubToken(env);
    const hub = { hubUrl, ...(accessToken ? { accessToken } : {}) };
    const { sha } = await modelInfo({ ...hub, name: id.name, revision: id.revision, additionalFields: ["sha"] });
    if (!/^[0-9a-f]{40}$/.test(sha)) throw new Error(`expected a commit's hash: received ${JSON.stringify(sha)}`);
    const repository = repositoryDirectory(id, env);
    const snapshot = join(repository, "snapshots", sha);
    const source = { ...hub, repo: id.name, revision: sha };

    const present = new Set<string>();
    for await (const entry of listFiles(source)) if (entry.type === "file") present.add(entry.path);
    const fetchOne = (file: string) => downloadInto({ ...source, path: file }, repository, snapshot, onProgress);
    const single = present.has("model.safetensors");
    if (!single && !present.has("model.safetensors.index.json"))
      throw new CheckpointError(`Cannot download ${id.name}: expected safetensors weights: received none in ${hubUrl}`);
    for (const file of WANTED) if (present.has(file)) await fetchOne(file);
    for (const file of single ? ["model.safetensors"] : await weightFiles(snapshot)) await fetchOne(file);

    if (id.revision !== sha) {
      const ref = join(repository, "refs", id.revision);
      await mkdir(dirname(ref), { recursive: true });
      await writeFile(ref, sha);
    }
    return snapshot;
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(`Cannot download ${id.name}@${id.revision} from ${hubUrl}: ${advice(error)}`);
  }
}

interface Source {
  readonly repo: string;
  readonly path: string;
  readonly revision: string;
  readonly hubUrl: string;
  readonly accessToken?: string;
}

async function downloadInto(
  source: Source,
  repository: string,
  snapshot: string,
  onProgress: (progress: DownloadProgress) => void,
): Promise<void> {
  const pointer = join(snapshot, source.path);
  if (await exists(pointer)) return;
  const info = await fileDownloadInfo(source);
  if (!info) throw new CheckpointError(`Cannot download ${source.repo}: ${source.path} is not there any more`);
  const etag = info.etag.replace(/^W\//, "").replace(/[^\w.-]/g, "");
  const blob = join(repository, "blobs", etag);
  await mkdir(dirname(blob), { recursive: true });
  await mkdir(snapshot, { recursive: true });
  if (!(await exists(blob))) {
    const partial = `${blob}.incomplete`;
    const body = await downloadFile({ ...source, downloadInfo: info });
    if (!body) throw new CheckpointError(`Cannot download ${source.repo}: ${source.path} is not there any more`);
    await receive(body, partial, info.size, (received) => onProgress({ file: source.path, received, size: info.size }));
    await verify(partial, etag, info.size, source.path);
    await rename(partial, blob);
  }
  // A dangling link from an earlier cache is replaced.
  await rm(pointer, { force: true });
  await symlink(relative(snapshot, blob), pointer);
}

/** Appends to `partial` what it lacks of `body`. */
async function receive(body: Blob, partial: string, size: number, onBytes: (received: number) => void): Promise<void> {
  let received = await stat(partial).then(
    (found) => (found.size <= size ? found.size : 0),
    () => 0,
  );
  const file = await open(partial, received > 0 ? "a" : "w");
  try {
    onBytes(received);
    if (received === size) return;
    for await (const chunk of body.slice(received, size).stream() as unknown as AsyncIterable<Uint8Array>) {
      await file.appendFile(chunk);
      received += chunk.length;
      onBytes(received);
    }
  } finally {
    await file.close();
  }
}

/** The hub's etag is the SHA-256 of a large file and git's SHA-1 of a small one; a mirror may have its own. */
async function verify(partial: string, etag: string, size: number, name: string): Promise<void> {
  const received = (await stat(partial)).size;
  if (received !== size)
    throw new CheckpointError(
      `Cannot download ${name}: expected ${size} bytes: received ${received}; run it again to go on from there`,
    );
  const hash = etagHash(etag, size);
  if (!hash) return;
  for await (const chunk of createReadStream(partial)) hash.update(chunk as Uint8Array);
  const digest = hash.digest("hex");
  if (digest === etag) return;
  await rm(partial, { force: true });
  throw new CheckpointError(`Cannot download ${name}: expected digest ${etag}: received ${digest}; run it again`);
}

function etagHash(etag: string, size: number): Hash | null {
  if (/^[0-9a-f]{64}$/.test(etag)) return createHash("sha256");
  if (/^[0-9a-f]{40}$/.test(etag)) return createHash("sha1").update(`blob ${size}\0`);
  return null;
}

function advice(error: unknown): string {
  const message = reason(error);
  if (!(error instanceof HubApiError))
    return `${message}; without a network, name the directory of a model that is already on this machine`;
  if (error.statusCode === 401 || error.statusCode === 403)
    return `${message}; set HF_TOKEN to a token that may read this model, or check the name`;
  if (error.statusCode === 404) return `${message}; check the model's name and revision`;
  return message;
}

function reason(error: unknown): string {
  // The hub client aborts a stream with a bare string; Node puts why a fetch failed into the cause.
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
