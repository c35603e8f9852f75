import type { RequestTiming } from "../contracts/generation.ts";
import { usageOf } from "./answer.ts";
import type { Exchange } from "./exchange.ts";

/** A line of the log, as a template and the values it names. */
export interface LogLine {
  readonly template: string;
  readonly fields: Record<string, unknown>;
}

const PLAIN = "{method} {path} {status} in {ms} ms";
const GENERATED = `${PLAIN}: {prompt_tokens} prompt tokens ({cached_tokens} cached), {completion_tokens} generated, {finish_reasons}`;
const TIMED = `${GENERATED}; queue {queue_ms} ms, prefill {prefill_ms} ms, decode {decode_ms} ms`;

/** What is logged of an exchange at its end. `decode` makes the prompts part of it. */
export function requestLine(
  exchange: Exchange,
  request: { readonly method: string; readonly path: string },
  now: number,
  decode: ((ids: readonly number[]) => string) | null,
): LogLine {
  const { id, status, work } = exchange;
  const error = exchange.errorCode;
  const fields = {
    id,
    ...request,
    status,
    ms: Math.round(now - exchange.arrived),
    ...(error !== null && { error }),
  };
  const suffix = error === null ? "" : " ({error})";
  if (work === null) return { template: PLAIN + suffix, fields };
  const { job, choices } = work;
  const usage = usageOf(job, choices);
  const phases = phasesOf(choices.map(({ timing }) => timing));
  return {
    template: (phases === null ? GENERATED : TIMED) + suffix,
    fields: {
      ...fields,
      job: job.id,
      prompt_tokens: usage.prompt_tokens,
      cached_tokens: usage.prompt_tokens_details.cached_tokens,
      completion_tokens: usage.completion_tokens,
      finish_reasons: choices.map(({ outcome }) => outcome ?? "abort").join(","),
      ...(phases !== null && {
        queue_ms: Math.round(phases.firstScheduled - phases.arrived),
        prefill_ms: Math.round(phases.firstToken - phases.firstScheduled),
        decode_ms: Math.round(phases.finished - phases.firstToken),
        preemptions: phases.preemptedAt.length,
      }),
      ...(decode !== null && { prompts: job.prompts.map(decode) }),
    },
  };
}

/** From the first arrival to the last end; null where no choice ran to its end in the engine. */
export function phasesOf(timings: readonly (RequestTiming | null)[]): RequestTiming | null {
  const known = timings.filter((timing) => timing !== null);
  if (known.length === 0) return null;
  return known.reduce((all, timing) => ({
    arrived: Math.min(all.arrived, timing.arrived),
    firstScheduled: Math.min(all.firstScheduled, timing.firstScheduled),
    firstToken: Math.min(all.firstToken, timing.firstToken),
    finished: Math.max(all.finished, timing.finished),
    preemptedAt: all.preemptedAt.length >= timing.preemptedAt.length ? all.preemptedAt : timing.preemptedAt,
  }));
}
