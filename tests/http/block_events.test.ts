import { expect, test } from "bun:test";
import { serve } from "../../src/host.ts";
import { harness } from "./harness.ts";

test("GET /debug/kv/events streams events with their ids, goes on from Last-Event-ID, and lets go of who leaves", async () => {
  const { app, engine } = harness();
  const server = await serve((request) => app.fetch(request), { hostname: "127.0.0.1", port: 0 });
  const controller = new AbortController();
  const response = await fetch(`http://127.0.0.1:${server.port}/debug/kv/events`, {
    headers: { "last-event-id": "41" },
    signal: controller.signal,
  });
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("id: 43")) text += (await reader.read()).value;
  expect(text.split("\n\n").slice(0, 3)).toEqual([
    "event: cleared\ndata: {}",
    'event: stored\ndata: {"block":3,"hash":"ab","parent":"cd","tokens":16}\nid: 42',
    'event: removed\ndata: {"block":3,"hash":"ab"}\nid: 43',
  ]);
  expect(engine.eventReaders).toBe(1);
  controller.abort();
  for (let i = 0; i < 200 && engine.eventReaders > 0; i++) await Bun.sleep(5);
  expect(engine.eventReaders).toBe(0);
  await server.stop();
});

test("a Last-Event-ID that is no id is a 400", async () => {
  const { get } = harness();
  const response = await get("/debug/kv/events", { "last-event-id": "yesterday" });
  expect(response.status).toBe(400);
  expect(((await response.json()) as { error: { param: string } }).error.param).toBe("Last-Event-ID");
});
