import { WholeRows } from "./whole_rows.ts";

/** Lengthens the rows of a stream of bytes with zeros. */
export class PaddedRows {
  readonly #rowBytes: number;
  readonly #paddedBytes: number;
  readonly #rows: WholeRows;

  constructor(rowBytes: number, paddedBytes: number) {
    this.#rowBytes = rowBytes;
    this.#paddedBytes = paddedBytes;
    this.#rows = new WholeRows(rowBytes);
  }

  /** The rows that are whole with `bytes`, each padded. */
  push(bytes: Uint8Array): Uint8Array {
    if (this.#rowBytes === this.#paddedBytes) return bytes;
    const whole = this.#rows.push(bytes);
    const rows = whole.length / this.#rowBytes;
    const padded = new Uint8Array(rows * this.#paddedBytes);
    for (let row = 0; row < rows; row++) {
      const from = row * this.#rowBytes;
      padded.set(whole.subarray(from, from + this.#rowBytes), row * this.#paddedBytes);
    }
    return padded;
  }
}
