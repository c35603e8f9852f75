import { asApiError, errorBody } from "./errors.ts";

const DEFAULT_HEARTBEAT_MS = 15_000;

/** Chunks that may wait for the client before the senders do. */
const BUFFERED_CHUNKS = 16;

const encoder = new TextEncoder();
const DONE = encoder.encode("data: [DONE]\n\n");
const HEARTBEAT = encoder.encode(": keep-alive\n\n");

/** Sends one JSON text as an event. Resolves, or returns undefined, when there is room for more. */
export type Send = (json: string) => Promise<void> | undefined;

export interface SseOptions {
  /** The request's: aborts when its client leaves. Not every runtime also cancels the body it is not reading. */
  readonly signal: AbortSignal;
  /** Called once, when the client leaves before the end. */
  onCancel(): void;
  /** Called with an error that ended the stream after its status was sent. */
  onError(error: unknown): void;
  readonly heartbeatMs?: number | undefined;
}

/**
 * Answers with server-sent events: what `produce` sends, an error event where it fails, then `[DONE]`. Nothing is
 * buffered beyond a few chunks: a client that stops reading stops its senders.
 */
export function eventStream(produce: (send: Send) => Promise<void>, options: SseOptions): Response {
  let open = true;
  let room: (() => void)[] = [];
  const letGo = () => {
    const waiting = room;
    room = [];
    for (const resolve of waiting) resolve();
  };
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  let idle = true;
  const close = () => {
    open = false;
    clearInterval(heartbeat);
    options.signal.removeEventListener("abort", leave);
  };
  const leave = () => {
    if (!open) return;
    close();
    options.onCancel();
    letGo();
  };
  options.signal.addEventListener("abort", leave);

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send: Send = (json) => {
          if (!open) return undefined;
          idle = false;
          controller.enqueue(encoder.encode(`data: ${json}\n\n`));
          // On Deno a broken connection shows here: enqueue cancels the stream before it returns.
          if (!open || (controller.desiredSize ?? 0) > 0) return undefined;
          return new Promise((resolve) => room.push(resolve));
        };
        const end = () => {
          if (!open) return;
          controller.enqueue(DONE);
          if (!open) return;
          close();
          controller.close();
        };
        heartbeat = setInterval(() => {
          if (open && idle && (controller.desiredSize ?? 0) > 0) controller.enqueue(HEARTBEAT);
          idle = true;
        }, options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS);
        produce(send).then(end, (error) => {
          if (open) {
            options.onError(error);
            send(JSON.stringify(errorBody(asApiError(error))));
          }
          end();
        });
      },
      pull: letGo,
      cancel: leave,
    },
    new CountQueuingStrategy({ highWaterMark: BUFFERED_CHUNKS }),
  );
  return new Response(stream, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    },
  });
}
