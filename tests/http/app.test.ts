import { describe, expect, test } from "bun:test";
import { events, harness } from "./harness.ts";

test("before the model is loaded: alive, not ready, model routes 503", async () => {
  const loading = { ready: false, reason: "Loading weights: 40 %" };
  const { get, post } = harness({ deps: { serving: () => null, readiness: () => loading } });
  expect((await get("/health")).status).toBe(200);
  expect((await get("/metrics")).status).toBe(200);
  for (const path of ["/ready", "/v1/models", "/v1/models/tiny", "/debug/kv"]) {
    const response = await get(path);
    expect(response.status).toBe(503);
    expect((await response.json()).error).toMatchObject({
      message: "Loading weights: 40 %",
      code: "not_ready",
    });
  }
  for (const path of ["/v1/completions", "/v1/chat/completions", "/tokenize", "/detokenize"]) {
    expect((await post(path, {})).status).toBe(503);
  }
});

test("what is open and what is small", async () => {
  const { get } = harness();
  expect(await (await get("/ready")).json()).toEqual({ status: "ready" });
  expect(await (await get("/version")).json()).toEqual({ version: "1.2.3" });
  expect((await (await get("/debug/kv")).json()).num_blocks).toBe(64);
});

test("GET /v1/models", async () => {
  const { get } = harness();
  const card = {
    object: "model",
    created: 1_700_000_000,
    owned_by: "octavo",
    root: "tiny",
    parent: null,
    max_model_len: 256,
  };
  const data = [
    { id: "tiny", ...card },
    { id: "org/tiny", ...card },
  ];
  expect(await (await get("/v1/models")).json()).toEqual({ object: "list", data });
  expect(await (await get("/v1/models/org/tiny")).json()).toEqual(data[1]);
  expect(await (await get("/v1/models/org%2Ftiny")).json()).toEqual(data[1]);
  const missing = await get("/v1/models/other");
  expect(missing.status).toBe(404);
  expect((await missing.json()).error).toMatchObject({ param: "model", code: "model_not_found" });
});

describe("paths and methods", () => {
  const { get, app } = harness();

  test("404 in the error envelope", async () => {
    for (const path of ["/", "/v1/nothing", "/v2"]) {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect((await response.json()).error.message).toContain(path);
    }
  });

  test("404 lists what there is", async () => {
    const { error } = await (await get("/v1/complete")).json();
    expect(error.message).toContain("/v1/completions, /v1/chat/completions");
  });

  test("HEAD answers like GET without the body, OPTIONS with what is allowed", async () => {
    const head = await app.request("/v1/models", { method: "HEAD" });
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: "" });
    const options = await app.request("/v1/models", { method: "OPTIONS" });
    expect({ status: options.status, allow: options.headers.get("allow") }).toEqual({
      status: 204,
      allow: "GET, HEAD, OPTIONS",
    });
  });

  test("405 names the right method", async () => {
    for (const [method, path, allow] of [
      ["GET", "/v1/completions", "POST, OPTIONS"],
      ["DELETE", "/v1/models/x", "GET, HEAD, OPTIONS"],
      ["POST", "/health", "GET, HEAD, OPTIONS"],
    ] as const) {
      const response = await app.request(path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe(allow);
      expect((await response.json()).error.code).toBe("method_not_allowed");
    }
  });
});

describe("API keys", () => {
  const { get, post } = harness({ deps: { apiKeys: ["one", "two"] } });

  test("probes and metrics are open", async () => {
    for (const path of ["/health", "/ready", "/version", "/metrics"]) expect((await get(path)).status).toBe(200);
  });

  test("everything else asks for a key, unknown paths too", async () => {
    for (const path of ["/v1/models", "/debug/kv", "/v1/nothing", "/other"]) {
      expect((await get(path)).status).toBe(401);
      expect((await get(path, { authorization: "Bearer three" })).status).toBe(401);
      expect((await get(path, { authorization: "Basic one" })).status).toBe(401);
    }
    for (const path of ["/v1/completions", "/tokenize"]) expect((await post(path, {})).status).toBe(401);
    const { error } = await (await get("/v1/models")).json();
    expect(error).toMatchObject({ type: "authentication_error", code: "invalid_api_key" });
  });

  test("any of the keys opens", async () => {
    for (const key of ["one", "two"]) {
      expect((await get("/v1/models", { authorization: `Bearer ${key}` })).status).toBe(200);
    }
  });
});

test("x-request-id: the client's where it is sane, else a new one, on errors too", async () => {
  const { get } = harness();
  expect((await get("/health", { "x-request-id": "abc-1.2:3" })).headers.get("x-request-id")).toBe("abc-1.2:3");
  expect((await get("/nowhere", { "x-request-id": "abc" })).headers.get("x-request-id")).toBe("abc");
  for (const bad of ["a b", "x".repeat(129)]) {
    expect((await get("/health", { "x-request-id": bad })).headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
  }
});

test("two live requests may carry the same x-request-id", async () => {
  const { post } = harness({ delay: 2 });
  const ask = () => post("/v1/completions", { prompt: "a", stream: true }, { "x-request-id": "same" });
  const responses = await Promise.all([ask(), ask()]);
  for (const response of responses) expect((await events(response)).length).toBeGreaterThan(0);
});

describe("body limit", () => {
  const { post, app } = harness({ deps: { maxBodyBytes: 1000 } });

  test("413 by content-length", async () => {
    const response = await post("/v1/completions", { prompt: "x".repeat(2000) }, { "content-length": "2014" });
    expect(response.status).toBe(413);
    expect((await response.json()).error.code).toBe("body_too_large");
  });

  test("413 while it streams in, without reading on", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(400).fill(32));
      },
    });
    const response = await app.request(
      new Request("http://x/v1/completions", { method: "POST", body, duplex: "half" } as RequestInit),
    );
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  test("text that is not UTF-8 is a 400", async () => {
    const response = await app.request("/v1/completions", { method: "POST", body: new Uint8Array([0x22, 0xff, 0x22]) });
    expect(response.status).toBe(400);
  });
});
