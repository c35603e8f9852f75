import process from "node:process";
import { serve } from "../../src/host.ts";

/**
 * A server that computes nothing: every `process.argv[2]` milliseconds all of its streams get a chunk as Octavo sends it.
 * Run as a process; prints its URL.
 */
const interval = Number(process.argv[2]);
const encoder = new TextEncoder();
const event = (fields: object) => encoder.encode(`data: ${JSON.stringify(fields)}\n\n`);
const head = { id: "cmpl-0123456789abcdef0123456789abcdef", object: "text_completion", created: 1, model: "paced" };
const choice = { index: 0, text: " token", logprobs: null, finish_reason: null, stop_reason: null };
const token = event({ ...head, choices: [choice], usage: null });

interface Stream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly tokens: number;
  sent: number;
}
const streams = new Set<Stream>();

setInterval(() => {
  for (const stream of streams) {
    stream.controller.enqueue(token);
    if (++stream.sent < stream.tokens) continue;
    const usage = { prompt_tokens: 1, completion_tokens: stream.sent };
    stream.controller.enqueue(event({ ...head, choices: [], usage }));
    stream.controller.close();
    streams.delete(stream);
  }
}, interval);

async function answer(request: Request): Promise<Response> {
  if (request.method === "GET") return Response.json({ data: [{ id: head.model }] });
  const { max_tokens: tokens } = (await request.json()) as { max_tokens: number };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void streams.add({ controller, tokens, sent: 0 }),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

const { port } = await serve(answer, { hostname: "127.0.0.1", port: 0 });
console.log(`http://127.0.0.1:${port}`);
