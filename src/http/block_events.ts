import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { GenerationEngine } from "../contracts/generation.ts";
import { badRequest } from "./errors.ts";

const HEARTBEAT_MS = 15_000;

/** GET /debug/kv/events: the prefix cache's events as server-sent events; `Last-Event-ID` goes on where one left off. */
export function blockEvents(c: Context, engine: GenerationEngine): Response {
  const lastId = c.req.header("last-event-id");
  if (lastId !== undefined && !/^\d{1,15}$/.test(lastId)) {
    throw badRequest("Last-Event-ID", `Last-Event-ID must be the id of an event: received ${JSON.stringify(lastId)}`);
  }
  const abort = new AbortController();
  const events = engine.blockEvents(lastId === undefined ? null : Number(lastId), abort.signal);
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => abort.abort());
    const heartbeat = setInterval(() => void stream.write(": keep-alive\n\n"), HEARTBEAT_MS);
    try {
      for await (const { id, type, ...data } of events) {
        await stream.writeSSE({ event: type, data: JSON.stringify(data), ...(id !== null && { id: String(id) }) });
      }
    } finally {
      clearInterval(heartbeat);
    }
  });
}
