/** Lengthens the rows of a stream of bytes with zeros. */
export class PaddedRows {
  readonly #rowBytes: number;
  readonly #paddedBytes: number;
  /** The beginning of a row whose end has not come yet. */
  #begun = new Uint8Array(0);

  constructor(rowBytes: number, paddedBytes: number) {
    this.#rowBytes = rowBytes;
    this.#paddedBytes = paddedBytes;
  }

  /** The rows that are whole with `bytes`, each padded. */
  push(bytes: Uint8Array): Uint8Array {
    if (this.#rowBytes === this.#paddedBytes) return bytes;
    const all = new Uint8Array(this.#begun.length + bytes.length);
    all.set(this.#begun);
    all.set(bytes, this.#begun.length);
    const rows = Math.floor(all.length / this.#rowBytes);
    const padded = new Uint8Array(rows * this.#paddedBytes);
    for (let row = 0; row < rows; row++) {
      const from = row * this.#rowBytes;
      padded.set(all.subarray(from, from + this.#rowBytes), row * this.#paddedBytes);
    }
    this.#begun = all.slice(rows * this.#rowBytes);
    return padded;
  }
}
