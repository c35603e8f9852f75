import { afterAll, expect, test } from "bun:test";
import OpenAI from "openai";
import { embeddingsAnswer, errorAnswer } from "../../src/http/answer_schemas.ts";
import { harness } from "./harness.ts";

const { app, engine, post } = harness();
const server = Bun.serve({ port: 0, fetch: app.fetch });
afterAll(() => server.stop(true));

async function embed(body: object) {
  const response = await post("/v1/embeddings", body);
  expect(response.status).toBe(200);
  return embeddingsAnswer.parse(await response.json());
}

async function refused(body: object) {
  const response = await post("/v1/embeddings", body);
  expect(response.status).toBe(400);
  return errorAnswer.parse(await response.json()).error;
}

const scaled = (...vector: number[]) => {
  const length = Math.hypot(...vector);
  return [...Float32Array.from(vector, (x) => x / length)];
};

test("every form of input gives its vectors, of length 1, in order", async () => {
  const embedding = (index: number, ...vector: number[]) => ({
    object: "embedding",
    index,
    embedding: scaled(...vector),
  });
  expect(await embed({ input: "ab" })).toEqual({
    object: "list",
    data: [embedding(0, 97, 4, 2) as never],
    model: "tiny",
    usage: { prompt_tokens: 2, total_tokens: 2 },
  });
  const both = [embedding(0, 97, 4, 2), embedding(1, 99, 4, 1)];
  expect((await embed({ input: ["ab", "c"] })).data).toEqual(both as never);
  expect((await embed({ input: [[97, 98], [99]] })).data).toEqual(both as never);
  expect((await embed({ input: [97, 98] })).data).toEqual(both.slice(0, 1) as never);
  expect((await embed({ input: ["ab", "c"] })).usage.prompt_tokens).toBe(3);
  expect(engine.live.size).toBe(0);
});

test("pooling and length are chosen by the request", async () => {
  const [first] = (await embed({ input: "ab", pooling: "mean", normalize: false })).data;
  expect(first!.embedding).toEqual([97, 3, 2]);
  const [cut] = (await embed({ input: "abc", truncate_prompt_tokens: 2, normalize: false })).data;
  expect(cut!.embedding).toEqual([98, 4, 2]);
});

test("the OpenAI client reads floats and base64", async () => {
  const client = new OpenAI({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "none", maxRetries: 0 });
  // Left out, the client asks for base64 and decodes it.
  for (const encoding of [{}, { encoding_format: "float" }, { encoding_format: "base64" }] as const) {
    const { data } = await client.embeddings.create({ model: "tiny", input: ["ab", "c"], ...encoding });
    const read = data.map(({ embedding }) =>
      typeof embedding === "string" ? new Float32Array(Buffer.from(embedding, "base64").buffer) : embedding,
    );
    expect(read.map((vector) => [...vector].slice(-3))).toEqual([scaled(97, 4, 2), scaled(99, 4, 1)]);
  }
});

test("what cannot be is a 400 that names the field", async () => {
  expect(await refused({})).toMatchObject({ param: "input" });
  expect(await refused({ input: [] })).toMatchObject({ param: "input" });
  expect(await refused({ input: ["a", 3] })).toMatchObject({ param: "input[1]" });
  expect(await refused({ input: ["a", ""] })).toMatchObject({ param: "input[1]" });
  expect(await refused({ input: [99999] })).toMatchObject({ param: "input[0]" });
  expect(await refused({ input: "a".repeat(256) })).toMatchObject({ param: "input", code: "context_length_exceeded" });
  expect(await refused({ input: "a", dimensions: 2 })).toMatchObject({
    param: "dimensions",
    code: "unsupported_parameter",
  });
  expect(await refused({ input: "a", pooling: "max" })).toMatchObject({ param: "pooling" });
  expect(await refused({ input: "a", stream: true })).toMatchObject({ param: "stream", code: "unknown_parameter" });
  expect((await post("/v1/embeddings", { input: "a", model: "other" })).status).toBe(404);
});

test("a client that leaves takes its inputs with it", async () => {
  const { app, engine } = harness({ delay: 100 });
  const abort = new AbortController();
  const body = JSON.stringify({ input: ["a", "b"] });
  const headers = { "content-type": "application/json" };
  const answered = app.request("/v1/embeddings", { method: "POST", body, headers, signal: abort.signal });
  await Bun.sleep(10);
  expect(engine.live.size).toBe(2);
  abort.abort();
  await engine.idle();
  expect((await answered).status).toBe(499);
});
