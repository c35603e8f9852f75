import { describe, expect, test } from "bun:test";
import { eventStream, type Send } from "../../src/http/sse.ts";

const quiet = { signal: new AbortController().signal, onCancel: () => {}, onError: () => {} };

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

  for (const way of ["a cancelled body", "an aborted signal", "both"]) {
    test(`${way} calls onCancel once and lets a waiting sender go`, async () => {
      const gone = new AbortController();
      let cancelled = 0;
      let finished = false;
      const response = eventStream(
        async (send) => {
          for (let i = 0; i < 100; i++) await send("{}");
          finished = true;
        },
        { ...quiet, signal: gone.signal, onCancel: () => cancelled++ },
      );
      if (way !== "a cancelled body") gone.abort();
      if (way !== "an aborted signal") await response.body!.cancel();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect({ cancelled, finished }).toEqual({ cancelled: 1, finished: true });
    });
  }

  for (const [when, chunks, last] of [
    ["a chunk", 100, 16],
    ["[DONE]", 3, 4],
  ] as const) {
    test(`a client that is found gone while ${when} is enqueued leaves nobody waiting, as on Deno`, async () => {
      const gone = new AbortController();
      let finished = false;
      let enqueued = 0;
      const { enqueue } = ReadableStreamDefaultController.prototype;
      ReadableStreamDefaultController.prototype.enqueue = function (chunk) {
        enqueue.call(this, chunk);
        if (++enqueued === last) gone.abort();
      };
      try {
        const produce = async (send: Send) => {
          for (let i = 0; i < chunks; i++) await send("{}");
          finished = true;
        };
        eventStream(produce, { ...quiet, signal: gone.signal });
        await new Promise((resolve) => setTimeout(resolve, 10));
      } finally {
        ReadableStreamDefaultController.prototype.enqueue = enqueue;
      }
      expect({ enqueued, finished }).toEqual({ enqueued: last, finished: true });
    });
  }

  test("a signal that aborts after a normal end cancels nothing, as on Deno", async () => {
    const gone = new AbortController();
    let cancelled = 0;
    const response = eventStream(async () => {}, { ...quiet, signal: gone.signal, onCancel: () => cancelled++ });
    await response.text();
    gone.abort();
    expect(cancelled).toBe(0);
  });

  test("a silent stream sends comments", async () => {
    const silent = () => new Promise<void>((resolve) => setTimeout(resolve, 60));
    const text = await eventStream(silent, { ...quiet, heartbeatMs: 15 }).text();
    expect(text).toStartWith(": keep-alive\n\n: keep-alive\n\n");
    expect(text).toEndWith("data: [DONE]\n\n");
  });
});
