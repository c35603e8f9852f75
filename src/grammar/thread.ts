import { Worker } from "node:worker_threads";
import type { Order, Report, Vocabulary } from "./protocol.ts";

/** Where the worker lies from this file, and from the bundle for Node. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./grammar_worker.js", import.meta.url);

/** A worker thread that holds the process only while an answer is awaited. */
export class Thread {
  readonly #worker: Worker;
  #pairs: number[] = [];

  constructor(vocabulary: Vocabulary, onReport: (report: Report) => void, onCrash: (reason: string) => void) {
    this.#worker = new Worker(WORKER, { workerData: vocabulary });
    this.#worker.on("message", onReport);
    this.#worker.on("error", (error: unknown) => onCrash(error instanceof Error ? error.message : String(error)));
    this.#worker.unref();
  }

  send(order: Order): void {
    this.#flush();
    this.#worker.postMessage(order);
  }

  /** The tokens of one step go in one message. */
  accept(matcher: number, tokenId: number): void {
    if (this.#pairs.length === 0) queueMicrotask(() => this.#flush());
    this.#pairs.push(matcher, tokenId);
  }

  /** Whether an answer is awaited. */
  hold(isAwaited: boolean): void {
    if (isAwaited) this.#worker.ref();
    else this.#worker.unref();
  }

  stop(): void {
    this.#pairs = [];
    this.#worker.removeAllListeners("message");
    this.#worker.removeAllListeners("error");
    this.#worker.on("error", () => {});
    void this.#worker.terminate();
  }

  #flush(): void {
    if (this.#pairs.length === 0) return;
    this.#worker.postMessage({ type: "accept", pairs: this.#pairs } satisfies Order);
    this.#pairs = [];
  }
}
