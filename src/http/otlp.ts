import type { Logger } from "@logtape/logtape";

/** A finished span, as OTLP's JSON encoding has it. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: typeof SERVER | typeof INTERNAL;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly timeUnixNano: string; readonly name: string }[];
  readonly status: { readonly code?: typeof FAILED; readonly message?: string };
}

export type Attribute = { readonly key: string; readonly value: { stringValue: string } | { doubleValue: number } };

export const INTERNAL = 1;
export const SERVER = 2;
export const FAILED = 2;

const SEND_EVERY_MS = 2000;
const SEND_TIMEOUT_MS = 10_000;
const WARN_EVERY_MS = 60_000;
/** Spans that may wait, a few hundred bytes each; what comes on top is dropped. */
const MAX_WAITING = 4096;

/**
 * Sends spans to a collector by OTLP over HTTP with JSON, in batches, one at a time. A collector that is slow or gone
 * costs spans and a warning a minute, nothing else.
 */
export class OtlpExporter {
  readonly #endpoint: string;
  readonly #service: { readonly name: string; readonly version: string };
  readonly #logger: Logger;
  #waiting: Span[] = [];
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sending: Promise<void> = Promise.resolve();
  #warnedAt = Number.NEGATIVE_INFINITY;

  /** @param endpoint Whole URL, such as http://localhost:4318/v1/traces */
  constructor(endpoint: string, service: { readonly name: string; readonly version: string }, logger: Logger) {
    this.#endpoint = endpoint;
    this.#service = service;
    this.#logger = logger;
  }

  add(spans: readonly Span[]): void {
    if (this.#waiting.length + spans.length > MAX_WAITING) {
      this.#dropped += spans.length;
      return;
    }
    this.#waiting.push(...spans);
    this.#timer ??= setTimeout(() => void this.flush(), SEND_EVERY_MS);
  }

  /** Sends what waits; resolves when it has arrived or is lost. Never rejects. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#sending = this.#sending.then(async () => {
      const spans = this.#waiting;
      this.#waiting = [];
      this.#timer = null;
      if (spans.length > 0) await this.#send(spans);
    });
    return this.#sending;
  }

  async #send(spans: readonly Span[]): Promise<void> {
    try {
      const response = await fetch(this.#endpoint, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(this.#body(spans)),
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    } catch (error) {
      this.#dropped += spans.length;
      if (performance.now() - this.#warnedAt < WARN_EVERY_MS) return;
      this.#warnedAt = performance.now();
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn("Cannot send traces to {endpoint}: {reason}; {dropped} spans are lost so far", {
        endpoint: this.#endpoint,
        reason,
        dropped: this.#dropped,
      });
    }
  }

  #body(spans: readonly Span[]) {
    const { name, version } = this.#service;
    const resource = { attributes: [text("service.name", name), text("service.version", version)] };
    return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "octavo", version }, spans }] }] };
  }
}

export function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } };
}

export function number(key: string, doubleValue: number): Attribute {
  return { key, value: { doubleValue } };
}
