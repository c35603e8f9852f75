import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { QuantizeAnswer } from "./quantize_worker.ts";
import { quantizeStored, type StoredRows } from "./stored_rows.ts";

/** Where the worker lies from this file, and from the bundle for Node. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./quantize_worker.ts" : "./quantize_worker.js",
  import.meta.url,
);

/** More would wait for the reading. */
const MOST_THREADS = 8;

/** Bytes of rows that are not worth the way to a thread and back. */
const SMALL_BYTES = 1024 * 1024;

/** Worker threads that quantise, started as they are needed. */
export class QuantizeThreads {
  readonly #threads: QuantizeThread[] = [];
  readonly #most = Math.min(MOST_THREADS, availableParallelism());
  #handedOut = 0;

  /** Calls at a time that leave hardly a thread without work. */
  get wanted(): number {
    return this.#most + 2;
  }

  /** The rows quantised; their buffer is gone afterwards. Rejects with what quantizeRows throws. */
  async quantize(rows: StoredRows): Promise<Uint8Array<ArrayBuffer>> {
    if (rows.buffer.byteLength < SMALL_BYTES) return quantizeStored(rows);
    const at = this.#handedOut++ % this.#most;
    this.#threads[at] ??= new QuantizeThread();
    return this.#threads[at].quantize(rows);
  }

  /** What is still being quantised is given up. */
  close(): void {
    for (const thread of this.#threads) thread.close();
  }
}

interface Waiting {
  resolve(rows: Uint8Array<ArrayBuffer>): void;
  reject(error: Error): void;
}

class QuantizeThread {
  readonly #worker = new Worker(WORKER);
  /** In the order in which they are answered. */
  readonly #waiting: Waiting[] = [];
  #failure: Error | null = null;

  constructor() {
    this.#worker.on("message", (answer: QuantizeAnswer) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if ("rows" in answer) resolve(new Uint8Array(answer.rows));
      else reject(new RangeError(answer.refusal));
    });
    this.#worker.on("error", (error: Error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("its worker thread has ended")));
  }

  quantize(rows: StoredRows): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(rows, [rows.buffer]);
    });
  }

  close(): void {
    void this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
