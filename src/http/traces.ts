import { randomBytes } from "node:crypto";
import { usageOf } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { type Attribute, FAILED, INTERNAL, number, type OtlpExporter, SERVER, type Span, text } from "./otlp.ts";
import { phasesOf } from "./request_log.ts";

/** Where a request stands in its caller's trace, by W3C's traceparent header. */
interface TraceContext {
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly sampled: boolean;
}

/** Null for a header that is not one: a new trace begins then. */
export function parseTraceparent(header: string | undefined): TraceContext | null {
  const match = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/.exec(
    header ?? "",
  );
  if (match === null) return null;
  return { traceId: match[1]!, parentSpanId: match[2]!, sampled: (Number.parseInt(match[3]!, 16) & 1) === 1 };
}

/** Writes one trace per exchange: the request, and in it the queue, the prefill and the decoding, under vLLM's names. */
export class Tracer {
  readonly #exporter: OtlpExporter;
  readonly #now: () => number;
  /** Unix time in ms at 0 of `now`. */
  readonly #epoch: number;

  constructor(exporter: OtlpExporter, now: () => number) {
    this.#exporter = exporter;
    this.#now = now;
    this.#epoch = Date.now() - now();
  }

  /** Call at the exchange's end. Does nothing where the caller's trace is not sampled. */
  record(exchange: Exchange, request: { readonly method: string; readonly path: string }, traceparent?: string): void {
    const context = parseTraceparent(traceparent);
    if (context?.sampled === false) return;
    const traceId = context?.traceId ?? randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    const ended = this.#now();
    const { errorCode, work } = exchange;
    const phases = work && phasesOf(work.choices.map(({ timing }) => timing));
    const child = (name: string, from: number, to: number, events: Span["events"] = []): Span => ({
      traceId,
      spanId: randomBytes(8).toString("hex"),
      parentSpanId: spanId,
      name,
      kind: INTERNAL,
      ...this.#interval(from, to),
      attributes: [],
      events,
      status: {},
    });
    const root: Span = {
      traceId,
      spanId,
      ...(context && { parentSpanId: context.parentSpanId }),
      name: `${request.method} ${request.path}`,
      kind: SERVER,
      ...this.#interval(exchange.arrived, ended),
      attributes: attributesOf(exchange, request, ended),
      events: [],
      status: errorCode === null ? {} : { code: FAILED, message: errorCode },
    };
    if (!phases) {
      this.#exporter.add([root]);
      return;
    }
    const { arrived, firstScheduled, firstToken, finished, preemptedAt } = phases;
    const preemptions = (from: number, to: number) =>
      preemptedAt
        .filter((time) => time >= from && time < to)
        .map((time) => ({ timeUnixNano: this.#nanoseconds(time), name: "preemption" }));
    this.#exporter.add([
      root,
      child("queue", arrived, firstScheduled),
      child("prefill", firstScheduled, firstToken, preemptions(firstScheduled, firstToken)),
      child("decode", firstToken, finished, preemptions(firstToken, finished)),
    ]);
  }

  #interval(from: number, to: number): Pick<Span, "startTimeUnixNano" | "endTimeUnixNano"> {
    return { startTimeUnixNano: this.#nanoseconds(from), endTimeUnixNano: this.#nanoseconds(to) };
  }

  #nanoseconds(time: number): string {
    return `${Math.round((this.#epoch + time) * 1000)}000`;
  }
}

function attributesOf(
  exchange: Exchange,
  { method, path }: { readonly method: string; readonly path: string },
  ended: number,
): Attribute[] {
  const { id, status, work, errorCode } = exchange;
  const seconds = (ms: number) => ms / 1000;
  const attributes = [
    text("http.request.method", method),
    text("url.path", path),
    number("http.response.status_code", status),
    text("gen_ai.request.id", id),
    number("gen_ai.latency.e2e", seconds(ended - exchange.arrived)),
  ];
  if (errorCode !== null) attributes.push(text("error.type", errorCode));
  if (work === null) return attributes;
  const { job, choices } = work;
  const usage = usageOf(job, choices);
  attributes.push(
    text("gen_ai.response.model", job.model),
    number("gen_ai.request.n", job.n),
    number("gen_ai.request.max_tokens", job.params[0]!.maxTokens),
    number("gen_ai.request.temperature", job.params[0]!.temperature),
    number("gen_ai.request.top_p", job.params[0]!.topP),
    number("gen_ai.usage.prompt_tokens", usage.prompt_tokens),
    number("gen_ai.usage.completion_tokens", usage.completion_tokens),
    text("gen_ai.response.finish_reasons", choices.map(({ outcome }) => outcome ?? "abort").join(",")),
  );
  const phases = phasesOf(choices.map(({ timing }) => timing));
  if (phases === null) return attributes;
  attributes.push(
    number("gen_ai.latency.time_in_queue", seconds(phases.firstScheduled - phases.arrived)),
    number("gen_ai.latency.time_to_first_token", seconds(phases.firstToken - phases.arrived)),
    number("gen_ai.latency.time_in_model_prefill", seconds(phases.firstToken - phases.firstScheduled)),
    number("gen_ai.latency.time_in_model_decode", seconds(phases.finished - phases.firstToken)),
  );
  return attributes;
}
