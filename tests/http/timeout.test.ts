import { describe, expect, test } from "bun:test";
import { events, harness } from "./harness.ts";

const SECONDS = 0.05;
const { app, post, engine } = harness({ delay: 2, maxModelLen: 10_000, deps: { requestTimeout: SECONDS } });
const long = { prompt: "a", max_tokens: 9000, n: 3 };

describe("--request-timeout", () => {
  test("a whole answer becomes a 504, and every choice ends", async () => {
    const response = await post("/v1/completions", long);
    expect(response.status).toBe(504);
    expect((await response.json()).error).toMatchObject({ type: "timeout_error", code: "timeout", param: null });
    await engine.idle();
  });

  test("a stream ends with an error and [DONE]", async () => {
    const chunks = await events(await post("/v1/completions", { ...long, stream: true }));
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.at(-1).error).toMatchObject({ type: "timeout_error", code: "timeout" });
    await engine.idle();
  });

  test("a body that does not come is waited for no longer", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"prompt"')),
      cancel: () => {
        cancelled = true;
      },
    });
    const request = new Request("http://x/v1/completions", { method: "POST", body, duplex: "half" } as RequestInit);
    expect((await app.request(request)).status).toBe(504);
    expect(cancelled).toBe(true);
  });

  test("an answer in time is not disturbed", async () => {
    const response = await post("/v1/completions", { prompt: "a", max_tokens: 2 });
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1500));
    expect((await response.json()).usage.completion_tokens).toBe(2);
  });
});
