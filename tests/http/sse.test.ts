import { describe, expect, test } from "bun:test";
import { ApiError } from "../../src/http/errors.ts";
import { eventStream, type Send } from "../../src/http/sse.ts";

const never = new AbortController().signal;
const quiet = { client: never, cut: never, onCancel: () => {}, onStall: () => {}, onError: () => {}, onEnd: () => {} };

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
    test(`${way} cancels and ends it once and lets a waiting sender go`, async () => {
      const gone = new AbortController();
      let cancelled = 0;
      let ended = 0;
      let finished = false;
      const response = eventStream(
        async (send) => {
          for (let i = 0; i < 100; i++) await send("{}");
          finished = true;
        },
        { ...quiet, client: gone.signal, onCancel: () => cancelled++, onEnd: () => ended++ },
      );
      if (way !== "a cancelled body") gone.abort();
      if (way !== "an aborted signal") await response.body!.cancel();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect({ cancelled, ended, finished }).toEqual({ cancelled: 1, ended: 1, finished: true });
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
        eventStream(produce, { ...quiet, client: gone.signal });
        await new Promise((resolve) => setTimeout(resolve, 10));
      } finally {
        ReadableStreamDefaultController.prototype.enqueue = enqueue;
      }
      expect({ enqueued, finished }).toEqual({ enqueued: last, finished: true });
    });
  }

  test("a signal that aborts after a normal end changes nothing, as on Deno", async () => {
    const gone = new AbortController();
    let ended = 0;
    const response = eventStream(async () => {}, { ...quiet, client: gone.signal, onEnd: () => ended++ });
    await response.text();
    gone.abort();
    expect(ended).toBe(1);
  });

  test("a stream that is cut short tells a client that reads, and waits for none that does not", async () => {
    const cut = new AbortController();
    let sent = 0;
    const response = eventStream(
      async (send) => {
        while (!cut.signal.aborted) {
          await send("{}");
          sent++;
        }
        throw new ApiError(504, "too slow", { code: "timeout" });
      },
      { ...quiet, cut: cut.signal },
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    cut.abort();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sent).toBeLessThan(20);
    const text = await response.text();
    expect(text).toContain('"code":"timeout"');
    expect(text).toEndWith("data: [DONE]\n\n");
  });

  test("a client that reads nothing for too long loses its stream", async () => {
    let stalls = 0;
    let ended = 0;
    let cancelled = 0;
    let sent = 0;
    const response = eventStream(
      async (send) => {
        for (; sent < 1000 && ended === 0; sent++) await send("{}");
      },
      { ...quiet, stallSeconds: 0.03, onStall: () => stalls++, onCancel: () => cancelled++, onEnd: () => ended++ },
    );
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect({ stalls, cancelled, ended }).toEqual({ stalls: 1, cancelled: 0, ended: 1 });
    expect(sent).toBeLessThan(20);
    expect(response.text()).rejects.toThrow("read nothing for 0.03 s");
  });

  test("one that reads slowly keeps it", async () => {
    let stalls = 0;
    const response = eventStream(
      async (send) => {
        for (let i = 0; i < 40; i++) await send("{}");
      },
      { ...quiet, stallSeconds: 0.03, onStall: () => stalls++ },
    );
    let chunks = 0;
    for await (const _ of response.body!) {
      chunks++;
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    expect({ stalls, chunks }).toEqual({ stalls: 0, chunks: 41 });
  });

  test("a silent stream sends comments", async () => {
    const silent = () => new Promise<void>((resolve) => setTimeout(resolve, 60));
    const text = await eventStream(silent, { ...quiet, heartbeatMs: 15 }).text();
    expect(text).toStartWith(": keep-alive\n\n: keep-alive\n\n");
    expect(text).toEndWith("data: [DONE]\n\n");
  });
});
