/** Cuts a stream of bytes between rows. */
export class WholeRows {
  readonly #rowBytes: number;
  /** The beginning of a row whose end has not come yet. */
  #begun = new Uint8Array(0);

  constructor(rowBytes: number) {
    this.#rowBytes = rowBytes;
  }

  /** The rows that are whole with `bytes`, in memory of their own. */
  push(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#begun.length + bytes.length);
    all.set(this.#begun);
    all.set(bytes, this.#begun.length);
    const end = all.length - (all.length % this.#rowBytes);
    this.#begun = all.slice(end);
    return all.subarray(0, end);
  }
}
