import { describe, expect, test } from "bun:test";
import { KeyLimiter, type KeyLimits } from "../../src/http/key_limits.ts";
import { events, harness } from "./harness.ts";

function limiter(limits: Partial<KeyLimits>) {
  let time = 0;
  const made = new KeyLimiter(2, { requestsPerMinute: 0, concurrentRequests: 0, ...limits }, () => time);
  return {
    admit: (key = 0) => made.admit(key),
    refusal: (key = 0) => {
      try {
        made.admit(key)();
        return null;
      } catch (error) {
        return error as { code: string; headers: Record<string, string> };
      }
    },
    wait: (ms: number) => {
      time += ms;
    },
  };
}

describe("requests a minute", () => {
  test("a minute's worth at once, then evenly, and Retry-After is exact", () => {
    const { admit, refusal, wait } = limiter({ requestsPerMinute: 6 });
    for (let i = 0; i < 6; i++) admit()();
    expect(refusal()).toMatchObject({ code: "rate_limit_exceeded", headers: { "retry-after": "10" } });
    wait(3500);
    expect(refusal()!.headers["retry-after"]).toBe("7");
    wait(6500);
    expect(refusal()).toBeNull();
    expect(refusal()).not.toBeNull();
    wait(3_600_000);
    for (let i = 0; i < 6; i++) admit()();
    expect(refusal()).not.toBeNull();
  });

  test("keys do not take from each other", () => {
    const { admit, refusal } = limiter({ requestsPerMinute: 1 });
    admit(0);
    expect(refusal(0)).not.toBeNull();
    expect(refusal(1)).toBeNull();
  });
});

test("concurrent requests: a refused one costs nothing, an ended one makes room", () => {
  const { admit, refusal } = limiter({ concurrentRequests: 2, requestsPerMinute: 4 });
  const first = admit();
  admit();
  for (let i = 0; i < 9; i++) expect(refusal()).toMatchObject({ code: "concurrency_limit_exceeded" });
  first();
  admit();
  expect(refusal()).not.toBeNull();
});

describe("over HTTP", () => {
  const apiKeys = ["a", "b"];
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  test("a stream counts until its last byte, a key's other requests are answered with 429", async () => {
    const keyLimits = { requestsPerMinute: 0, concurrentRequests: 1 };
    const { post, get } = harness({ delay: 1, deps: { apiKeys, keyLimits } });
    const ask = { prompt: "x", max_tokens: 5, stream: true };
    const first = await post("/v1/completions", ask, bearer("a"));
    const second = await post("/v1/completions", ask, bearer("a"));
    expect({ status: second.status, wait: second.headers.get("retry-after") }).toEqual({ status: 429, wait: "1" });
    expect((await second.json()).error).toMatchObject({
      type: "rate_limit_error",
      code: "concurrency_limit_exceeded",
    });
    expect((await post("/v1/completions", { prompt: "x" }, bearer("b"))).status).toBe(200);
    expect((await get("/v1/models", bearer("a"))).status).toBe(200);
    await events(first);
    expect((await post("/v1/completions", { prompt: "x" }, bearer("a"))).status).toBe(200);
    expect((await post("/v1/completions", "{", bearer("a"))).status).toBe(400);
    expect((await post("/v1/completions", { prompt: "x" }, bearer("a"))).status).toBe(200);
  });

  test("a client that leaves gives its place back", async () => {
    const keyLimits = { requestsPerMinute: 0, concurrentRequests: 1 };
    const { post, engine } = harness({ delay: 1, deps: { apiKeys, keyLimits } });
    const stream = await post("/v1/completions", { prompt: "x", max_tokens: 200, stream: true }, bearer("a"));
    await stream.body!.cancel();
    expect((await post("/v1/completions", { prompt: "x", max_tokens: 1 }, bearer("a"))).status).toBe(200);
    await engine.idle();
  });

  test("too many in a minute", async () => {
    const keyLimits = { requestsPerMinute: 2, concurrentRequests: 0 };
    const { post } = harness({ deps: { apiKeys, keyLimits } });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await post("/tokenize", { prompt: "x" }, bearer("b"))).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});
