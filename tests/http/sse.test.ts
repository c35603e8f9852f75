import { describe, expect, test } from "bun:test";
import { eventStream } from "../../src/http/sse.ts";

const quiet = { onCancel: () => {}, onError: () => {} };

describe("eventStream", () => {
  test("events, then [DONE]", async () => {
    const response = eventStream(async (send) => {
      await send('{"a":1}');
      await send('{"b":2}');
    }, quiet);
    expect(await response.text()).toBe('data: {"a":1}\n\ndata: {"b":2}\n\ndata: [DONE]\n\n');
  });

  test("a failure is an event, and is reported", async () => {
    const failures: unknown[] = [];
    const onError = (error: unknown) => failures.push(error);
    const failing = () => Promise.reject(new Error("boom"));
    const text = await eventStream(failing, { ...quiet, onError }).text();
    expect(text).toContain('data: {"error":{"message":"Internal error');
    expect(text).toEndWith("data: [DONE]\n\n");
    expect(failures).toHaveLength(1);
  });

  test("a client that does not read stops the sender; one that reads lets it go on", async () => {
    let sent = 0;
    const response = eventStream(async (send) => {
      for (; sent < 1000; sent++) await send("{}");
    }, quiet);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent).toBeLessThan(20);
    expect((await response.text()).split("\n\n").length).toBe(1002);
    expect(sent).toBe(1000);
  });

  test("leaving calls onCancel once and lets a waiting sender go", async () => {
    let cancelled = 0;
    let finished = false;
    const onCancel = () => cancelled++;
    const response = eventStream(
      async (send) => {
        for (let i = 0; i < 100; i++) await send("{}");
        finished = true;
      },
      { ...quiet, onCancel },
    );
    await response.body!.cancel();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect({ cancelled, finished }).toEqual({ cancelled: 1, finished: true });
  });

  test("a silent stream sends comments", async () => {
    const silent = () => new Promise<void>((resolve) => setTimeout(resolve, 60));
    const text = await eventStream(silent, { ...quiet, heartbeatMs: 15 }).text();
    expect(text).toStartWith(": keep-alive\n\n: keep-alive\n\n");
    expect(text).toEndWith("data: [DONE]\n\n");
  });
});
