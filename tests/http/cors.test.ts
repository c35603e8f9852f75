import { expect, test } from "bun:test";
import { harness } from "./harness.ts";

const ours = "https://ours.example";
const preflight = { "access-control-request-method": "POST", "access-control-request-headers": "authorization" };

const { app, post, get } = harness({ deps: { allowedOrigins: [ours], apiKeys: ["k"] } });

test("pages of an allowed origin may ask, with a preflight that needs no key", async () => {
  const before = await app.request("/v1/completions", { method: "OPTIONS", headers: { origin: ours, ...preflight } });
  expect(before.status).toBe(204);
  expect(before.headers.get("access-control-allow-origin")).toBe(ours);
  expect(before.headers.get("access-control-allow-headers")).toBe("authorization");
  const headers = { origin: ours, authorization: "Bearer k" };
  const answer = await post("/v1/completions", { prompt: "a", max_tokens: 1 }, headers);
  expect({ status: answer.status, origin: answer.headers.get("access-control-allow-origin") }).toEqual({
    status: 200,
    origin: ours,
  });
  expect(answer.headers.get("access-control-expose-headers")).toBe("x-request-id,retry-after");
});

test("they can read errors and streams, too", async () => {
  const refused = await get("/v1/models", { origin: ours });
  expect({ status: refused.status, origin: refused.headers.get("access-control-allow-origin") }).toEqual({
    status: 401,
    origin: ours,
  });
  const headers = { origin: ours, authorization: "Bearer k" };
  const stream = await post("/v1/completions", { prompt: "a", max_tokens: 1, stream: true }, headers);
  expect(stream.headers.get("access-control-allow-origin")).toBe(ours);
  await stream.text();
});

test("others get no permission, and nobody does where no origin is allowed", async () => {
  for (const [server, origin] of [
    [app, "https://theirs.example"],
    [harness().app, ours],
  ] as const) {
    const before = await server.request("/v1/completions", { method: "OPTIONS", headers: { origin, ...preflight } });
    expect(before.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("* allows all", async () => {
  const open = harness({ deps: { allowedOrigins: ["*"] } });
  const answer = await open.get("/v1/models", { origin: "https://anyone.example" });
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
});

test("a page cannot avoid the preflight with another content type", async () => {
  const headers = { origin: "https://theirs.example", "content-type": "text/plain" };
  const answer = await harness().post("/v1/completions", { prompt: "a" }, headers);
  expect(answer.status).toBe(415);
});
