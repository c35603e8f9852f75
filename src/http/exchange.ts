import type { Choice } from "./choice.ts";
import { type ApiError, clientGone, timedOut } from "./errors.ts";
import type { Job } from "./job.ts";

export interface ExchangeOptions {
  /** The client's x-request-id where it is a sane one, else a new one. */
  readonly id: string;
  /** Milliseconds on the app's clock. */
  readonly arrived: number;
  /** Aborts when the client leaves. */
  readonly client: AbortSignal;
  /** Seconds from arrival to the last byte; 0: no limit. */
  readonly timeoutSeconds: number;
}

/** One request and its answer, from arrival to the last byte: cut short in one place, ended in one place. */
export class Exchange {
  readonly id: string;
  readonly arrived: number;
  /** Aborting it, with an ApiError, cuts the exchange short; it happens by itself when the client leaves or time is up. */
  readonly abort = new AbortController();
  /** The answer's body goes on after its headers: whoever sends it calls `end`. */
  streaming = false;
  /** Of the answer. */
  status = 200;
  /** Code of the error that the answer, or the rest of it, is; for the log. */
  error: string | null = null;
  /** What the model was asked for, where it was asked. */
  work: { readonly job: Job; readonly choices: readonly Choice[] } | null = null;
  readonly #client: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners: (() => void)[] = [];
  #ended = false;

  constructor({ id, arrived, client, timeoutSeconds }: ExchangeOptions) {
    this.id = id;
    this.arrived = arrived;
    this.#client = client;
    client.addEventListener("abort", this.#leave);
    if (timeoutSeconds > 0) this.#timer = setTimeout(() => this.cut(timedOut(timeoutSeconds)), timeoutSeconds * 1000);
  }

  /** Cuts it short, if it has not ended: everyone who works for it stops and throws `error`. */
  cut(error: ApiError): void {
    if (!this.#ended) this.abort.abort(error);
  }

  /** Throws where the exchange has been cut short. */
  check(): void {
    if (this.#client.aborted) throw clientGone();
    this.abort.signal.throwIfAborted();
  }

  /** Why it was no success; null where it was one. */
  get errorCode(): string | null {
    return this.error ?? (this.abort.signal.aborted ? ((this.abort.signal.reason as ApiError).code ?? null) : null);
  }

  /** Called once, after the last byte or when nobody reads on. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    // On Deno the signal also aborts after a normal end.
    this.#client.removeEventListener("abort", this.#leave);
    for (const listener of this.#listeners) listener();
    this.#listeners = [];
  }

  readonly #leave = () => this.cut(clientGone());
}
