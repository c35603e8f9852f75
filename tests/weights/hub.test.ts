import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../../src/contracts/weights.ts";
import { type DownloadProgress, resolveModel } from "../../src/weights/hub.ts";
import { parseHubId } from "../../src/weights/hub_cache.ts";
import { inScratch, rejection } from "./fixtures.ts";

const SHA = "0123456789abcdef0123456789abcdef01234567";
const SHARD = new Uint8Array(300_000).map((_, i) => (i * 31) & 0xff);
const INDEX = { weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" } };
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const SHARDED: Record<string, Uint8Array> = {
  "config.json": json({ a: 1 }),
  "tokenizer.json": json({ model: {} }),
  "README.md": json("not wanted"),
  "consolidated.safetensors": new Uint8Array(9),
  "model.safetensors.index.json": json(INDEX),
  "model-00001-of-00002.safetensors": SHARD,
  "model-00002-of-00002.safetensors": SHARD.slice(5),
};

/** A hub of one model: the endpoints that the client asks, with the real one's etags. */
let files = SHARDED;
let requests: string[] = [];
let cutAfter = Number.POSITIVE_INFINITY;
let corrupt = false;
const server = Bun.serve({
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url);
    const range = request.headers.get("range");
    requests.push(`${pathname} ${range ?? ""}`.trim());
    if (request.headers.get("authorization") !== "Bearer hf_right")
      return Response.json({ error: "no" }, { status: 401 });
    if (pathname.startsWith("/api/models/org/tiny/revision/"))
      return pathname.endsWith("/gone")
        ? Response.json({ error: "Revision Not Found" }, { status: 404 })
        : Response.json({ id: "org/tiny", sha: SHA });
    if (pathname === `/api/models/org/tiny/tree/${SHA}`)
      return Response.json(Object.entries(files).map(([path, { length }]) => ({ type: "file", path, size: length })));
    const name = pathname.slice(`/org/tiny/resolve/${SHA}/`.length);
    const content = files[name];
    if (!content) return new Response("", { status: 404, headers: { "X-Error-Code": "EntryNotFound" } });
    return serveRange(name, content, range);
  },
});
afterAll(() => server.stop(true));

function serveRange(name: string, content: Uint8Array, range: string | null): Response {
  const large = name.endsWith(".safetensors");
  const hash = large ? createHash("sha256") : createHash("sha1").update(`blob ${content.length}\0`);
  const etag = `"${hash.update(content).digest("hex")}"`;
  const [, from = "0", to = `${content.length - 1}`] = /bytes=(\d+)-(\d+)/.exec(range ?? "") ?? [];
  let body = content.slice(Number(from), Number(to) + 1);
  if (large && body.length > 1) {
    if (corrupt) body[0]! ^= 1;
    body = body.slice(0, cutAfter);
  }
  const headers = { ETag: etag, "Content-Range": `bytes ${from}-${to}/${content.length}` };
  return new Response(body, { status: range ? 206 : 200, headers });
}

beforeEach(() => {
  files = SHARDED;
  requests = [];
  cutAfter = Number.POSITIVE_INFINITY;
  corrupt = false;
});

const environment = (cache: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  HF_HUB_CACHE: cache,
  HF_HOME: cache,
  HF_ENDPOINT: `http://localhost:${server.port}/`,
  HF_TOKEN: "hf_right",
  ...more,
});

describe("resolveModel downloads", () => {
  test("what a model needs, into the cache's layout, and finds it there again without the network", () =>
    inScratch(async (cache) => {
      const seen: DownloadProgress[] = [];
      const directory = await resolveModel("org/tiny", { env: environment(cache), onProgress: (p) => seen.push(p) });
      expect(directory).toBe(join(cache, "models--org--tiny", "snapshots", SHA));
      const wanted = Object.keys(SHARDED).filter((name) => name !== "README.md" && name !== "consolidated.safetensors");
      expect((await readdir(directory)).sort()).toEqual(wanted.sort());
      for (const name of wanted) expect((await readFile(join(directory, name))).equals(SHARDED[name]!)).toBe(true);
      expect(await readFile(join(cache, "models--org--tiny", "refs", "main"), "utf8")).toBe(SHA);
      const shard = seen.filter(({ file }) => file === "model-00001-of-00002.safetensors");
      expect(shard[0]).toMatchObject({ received: 0, size: SHARD.length });
      expect(shard.at(-1)).toMatchObject({ received: SHARD.length, size: SHARD.length });

      requests = [];
      const offline = environment(cache, { HF_HUB_OFFLINE: "1" });
      expect(await resolveModel("org/tiny", { env: offline })).toBe(directory);
      expect(await resolveModel(`org/tiny@${SHA}`, { env: environment(cache) })).toBe(directory);
      expect(requests).toEqual([]);
      expect(await resolveModel("org/tiny", { env: environment(cache), refresh: true })).toBe(directory);
      expect(requests.some((request) => request.includes("/resolve/"))).toBe(false);
    }));

  test("the one file rather than shards where a repository has both", () =>
    inScratch(async (cache) => {
      files = { ...SHARDED, "model.safetensors": SHARD };
      const directory = await resolveModel("org/tiny@v1.0", { env: environment(cache) });
      expect((await readdir(directory)).filter((name) => name.endsWith(".safetensors"))).toEqual(["model.safetensors"]);
      expect(await readFile(join(cache, "models--org--tiny", "refs", "v1.0"), "utf8")).toBe(SHA);
    }));

  test("the rest of a file that was cut off", () =>
    inScratch(async (cache) => {
      cutAfter = 100_000;
      const cut = await rejection(resolveModel("org/tiny", { env: environment(cache) }));
      expect(cut.message).toMatch(
        /model-00001-of-00002\.safetensors: expected 300000 bytes: received 100000; run it again/,
      );
      const snapshot = join(cache, "models--org--tiny", "snapshots", SHA);
      expect((await readdir(snapshot)).filter((name) => name.endsWith(".safetensors"))).toEqual([]);

      cutAfter = Number.POSITIVE_INFINITY;
      requests = [];
      await resolveModel("org/tiny", { env: environment(cache) });
      expect(requests).toContain(`/org/tiny/resolve/${SHA}/model-00001-of-00002.safetensors bytes=100000-299999`);
      expect((await readFile(join(snapshot, "model-00001-of-00002.safetensors"))).equals(SHARD)).toBe(true);
    }));

  test("nothing whose digest is wrong", () =>
    inScratch(async (cache) => {
      corrupt = true;
      const error = await rejection(resolveModel("org/tiny", { env: environment(cache) }));
      expect(error.message).toMatch(/expected digest [0-9a-f]{64}: received [0-9a-f]{64}/);
      expect(
        (await readdir(join(cache, "models--org--tiny", "blobs"))).filter((n) => n.endsWith("incomplete")),
      ).toEqual([]);
      corrupt = false;
      await resolveModel("org/tiny", { env: environment(cache) });
    }));
});

describe("resolveModel", () => {
  test("takes a directory as it is", () =>
    inScratch(async (directory) => expect(await resolveModel(directory)).toBe(directory)));

  test("finds a snapshot that another program downloaded, by revision, but only a whole one", () =>
    inScratch(async (cache) => {
      const repository = join(cache, "models--org--tiny");
      const snapshot = join(repository, "snapshots", SHA);
      await mkdir(join(repository, "blobs"), { recursive: true });
      await mkdir(join(repository, "refs"), { recursive: true });
      await mkdir(snapshot, { recursive: true });
      await writeFile(join(repository, "refs", "main"), `${SHA}\n`);
      await writeFile(join(repository, "blobs", "c"), "{}");
      await symlink("../../blobs/c", join(snapshot, "config.json"));
      const env = environment(cache, { HF_HUB_OFFLINE: "1" });
      expect((await rejection(resolveModel("org/tiny", { env }))).message).toMatch(
        /not whole in .*HF_HUB_OFFLINE is set/,
      );
      await symlink("../../blobs/c", join(snapshot, "model.safetensors"));
      expect(await resolveModel("org/tiny", { env })).toBe(snapshot);
      expect((await rejection(resolveModel("org/tiny@other", { env }))).message).toContain("org/tiny@other");
    }));

  const refused: [string, string, NodeJS.ProcessEnv, Record<string, Uint8Array>, RegExp][] = [
    ["a path that is not there", "./no/such/model", {}, SHARDED, /\.\/no\/such\/model: there is no such directory/],
    ["a file", import.meta.path, {}, SHARDED, /expected a model directory: received a file/],
    [
      "a revision that is not there",
      "org/tiny@gone",
      {},
      SHARDED,
      /org\/tiny@gone .*Revision Not Found.*check the model's name/,
    ],
    ["a wrong token", "org/tiny", { HF_TOKEN: "hf_wrong" }, SHARDED, /set HF_TOKEN/],
    [
      "a hub that does not answer",
      "org/tiny",
      { HF_ENDPOINT: "http://localhost:1" },
      SHARDED,
      /localhost:1: .*without a network, name the directory/,
    ],
    ["no safetensors", "org/tiny", {}, { "config.json": json({}) }, /expected safetensors weights/],
    [
      "shards elsewhere",
      "org/tiny",
      {},
      { "model.safetensors.index.json": json({ weight_map: { a: "../x.safetensors" } }) },
      /weight_map/,
    ],
  ];
  for (const [what, model, more, served, message] of refused)
    test(`says what to do about ${what}`, () =>
      inScratch(async (cache) => {
        files = served;
        const error = await rejection(resolveModel(model, { env: environment(cache, more) }));
        expect(error).toBeInstanceOf(CheckpointError);
        expect(error.message).toMatch(message);
      }));
});

test("hub ids are org/name[@revision] and never lead out of the cache", () => {
  expect(parseHubId("org/name")).toEqual({ name: "org/name", revision: "main" });
  expect(parseHubId("a-b/c.d_e@refs/pr/1")).toEqual({ name: "a-b/c.d_e", revision: "refs/pr/1" });
  for (const text of ["name", "a/b/c", "../b", "a/..", "a/b@../x", "a/b@x/../../y", "a/b@", "/a/b", "a /b"])
    expect(parseHubId(text)).toBeNull();
});
