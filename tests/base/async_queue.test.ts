import { describe, expect, test } from "bun:test";
import { AsyncQueue } from "../../src/base/async_queue.ts";

describe("AsyncQueue", () => {
  test("delivers what was queued before the end, then ends", async () => {
    const queue = new AsyncQueue<number>(() => {});
    queue.push(1);
    queue.push(2);
    queue.end();
    expect(await Array.fromAsync(queue)).toEqual([1, 2]);
  });

  test("wakes a consumer that waits", async () => {
    const queue = new AsyncQueue<number>(() => {});
    const next = queue.next();
    queue.push(7);
    expect(await next).toEqual({ done: false, value: 7 });
  });

  test("fails after the queued items, once", async () => {
    const queue = new AsyncQueue<number>(() => {});
    queue.push(1);
    queue.fail(new Error("lost"));
    expect(await queue.next()).toEqual({ done: false, value: 1 });
    expect(queue.next()).rejects.toThrow("lost");
    expect((await queue.next()).done).toBe(true);
  });

  test("tells the producer when the consumer leaves early, and only then", async () => {
    let left = 0;
    const queue = new AsyncQueue<number>(() => left++);
    queue.push(1);
    queue.push(2);
    for await (const _ of queue) break;
    expect(left).toBe(1);
    const ended = new AsyncQueue<number>(() => left++);
    ended.push(1);
    ended.end();
    for await (const _ of ended) break;
    expect(left).toBe(1);
  });
});
