import { type ApiError, asApiError, errorBody } from "./errors.ts";

const DEFAULT_HEARTBEAT_MS = 15_000;

/** Patience with a client that reads nothing while chunks wait for it. */
const DEFAULT_STALL_SECONDS = 30;

/** Chunks that may wait for the client before the senders do. */
const BUFFERED_CHUNKS = 16;

const encoder = new TextEncoder();
const DONE = encoder.encode("data: [DONE]\n\n");
const HEARTBEAT = encoder.encode(": keep-alive\n\n");

/** Sends one JSON text as an event, which may have a name. Resolves, or returns undefined, when there is room for more. */
export type Send = (json: string, event?: string) => Promise<void> | undefined;

export interface SseOptions {
  /** The request's: aborts when its client leaves. Not every runtime also cancels the body it is not reading. */
  readonly client: AbortSignal;
  /** Aborts when the answer is cut short: nobody waits for room any more, and `produce` is to end with an error. */
  readonly cut: AbortSignal;
  /** Called when the client leaves before the end. */
  onCancel(): void;
  /** Called when the client has read nothing for so long that the stream is given up. */
  onStall(seconds: number): void;
  /** Called with an error that ended the stream after its status was sent. */
  onError(error: unknown): void;
  /** Sends how a failed stream ends, where that is not an error and `[DONE]`; then good ones end without `[DONE]`, too. */
  fail?(error: ApiError, send: Send): void;
  /** Called once, when nothing more will be sent. */
  onEnd(): void;
  readonly heartbeatMs?: number | undefined;
  readonly stallSeconds?: number | undefined;
}

/**
 * Answers with server-sent events: what `produce` sends, an error event where it fails, then `[DONE]`. Nothing is
 * buffered beyond a few chunks: a client that stops reading stops its senders, and after a while loses its stream.
 */
export function eventStream(produce: (send: Send) => Promise<void>, options: SseOptions): Response {
  const { client, cut, stallSeconds = DEFAULT_STALL_SECONDS } = options;
  let open = true;
  let room: (() => void)[] = [];
  const letGo = () => {
    const waiting = room;
    room = [];
    for (const resolve of waiting) resolve();
  };
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  let idle = true;
  /** When the buffer was found full, in ms; 0: the client has read since. */
  let fullSince = 0;
  let watch: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    open = false;
    clearInterval(heartbeat);
    clearTimeout(watch);
    client.removeEventListener("abort", leave);
    cut.removeEventListener("abort", letGo);
    options.onEnd();
  };
  const leave = () => {
    if (!open) return;
    options.onCancel();
    close();
    letGo();
  };
  client.addEventListener("abort", leave);
  cut.addEventListener("abort", letGo);

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // Set anew only after it fired: a buffer that fills and empties all the time costs no timers.
        const watchFor = (ms: number) => {
          watch = setTimeout(() => {
            watch = undefined;
            if (!open || fullSince === 0) return;
            const left = fullSince + stallSeconds * 1000 - performance.now();
            if (left > 0) return watchFor(left);
            options.onStall(stallSeconds);
            close();
            letGo();
            controller.error(new Error(`The client read nothing for ${stallSeconds} s`));
          }, ms);
        };
        const send: Send = (json, event) => {
          if (!open) return undefined;
          idle = false;
          const name = event === undefined ? "" : `event: ${event}\n`;
          controller.enqueue(encoder.encode(`${name}data: ${json}\n\n`));
          // On Deno a broken connection shows here: enqueue cancels the stream before it returns.
          if (!open || cut.aborted || (controller.desiredSize ?? 0) > 0) return undefined;
          if (fullSince === 0) fullSince = performance.now();
          if (watch === undefined) watchFor(stallSeconds * 1000);
          return new Promise((resolve) => room.push(resolve));
        };
        const end = () => {
          if (!open) return;
          if (!options.fail) controller.enqueue(DONE);
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
            if (options.fail) options.fail(asApiError(error), send);
            else send(JSON.stringify(errorBody(asApiError(error))));
          }
          end();
        });
      },
      pull() {
        fullSince = 0;
        letGo();
      },
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
