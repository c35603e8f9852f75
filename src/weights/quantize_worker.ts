import { parentPort } from "node:worker_threads";
import { quantizeStored, type StoredRows } from "./stored_rows.ts";

/** A worker thread: answers rows with these rows quantised, or with why that cannot be. */

export type QuantizeAnswer = { readonly rows: ArrayBuffer } | { readonly refusal: string };

const port = parentPort!;
port.on("message", (rows: StoredRows) => {
  let answer: QuantizeAnswer;
  try {
    answer = { rows: quantizeStored(rows).buffer };
  } catch (error) {
    return port.postMessage({ refusal: (error as Error).message } satisfies QuantizeAnswer);
  }
  port.postMessage(answer, [answer.rows]);
});
